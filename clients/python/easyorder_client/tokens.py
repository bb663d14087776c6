"""The tokens of whoever is signed in, and where they are kept."""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from easyorder_client import messages as m

# A token that expires while the call is on its way is refreshed before.
_MARGIN_S = 5.0


@dataclass(frozen=True, slots=True)
class StoredTokens:
    """An access token and when it expires, in seconds since 1970, and the refresh token for the next one."""

    access_token: str
    refresh_token: str
    expires_at: float

    @classmethod
    def of(cls, tokens: m.Tokens) -> StoredTokens:
        return cls(tokens.access_token, tokens.refresh_token, time.time() + tokens.expires_in)

    def is_usable(self, refused: str) -> bool:
        """Whether the access token is still valid and is not the one that was `refused`."""
        return self.access_token != refused and time.time() < self.expires_at - _MARGIN_S


class TokenStore(Protocol):
    """Keeps tokens for one client, or for several that share a session.

    A refresh token works once, so that one client at a time refreshes: the one that got `try_lock`.
    """

    def load(self) -> StoredTokens | None:
        """The tokens, or None if nobody is signed in."""

    def save(self, tokens: StoredTokens | None) -> None:
        """Keeps the tokens, or forgets them."""

    def try_lock(self) -> bool:
        """Whether the caller may refresh the tokens now; it calls `unlock` afterwards."""

    def unlock(self) -> None:
        """Lets others refresh."""


class MemoryTokenStore:
    """Keeps tokens as long as it exists."""

    def __init__(self) -> None:
        self._tokens: StoredTokens | None = None
        self._lock = threading.Lock()

    def load(self) -> StoredTokens | None:
        return self._tokens

    def save(self, tokens: StoredTokens | None) -> None:
        self._tokens = tokens

    def try_lock(self) -> bool:
        return self._lock.acquire(blocking=False)

    def unlock(self) -> None:
        self._lock.release()


class FileTokenStore:
    """Keeps tokens in a file that only this user can read, for all processes that use it.

    What is no such file, such as one that a full disk cut off, is as if nobody had signed in.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._locked: int | None = None

    def load(self) -> StoredTokens | None:
        try:
            return StoredTokens(**json.loads(self._path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def save(self, tokens: StoredTokens | None) -> None:
        if tokens is None:
            self._path.unlink(missing_ok=True)
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Nobody else can have made it, and its mode is 0600.
        number, fresh = tempfile.mkstemp(dir=self._path.parent, prefix=self._path.name)
        try:
            with open(number, "w", encoding="utf-8") as file:
                file.write(json.dumps(asdict(tokens)))
            os.replace(fresh, self._path)
        except BaseException:
            os.unlink(fresh)
            raise

    def try_lock(self) -> bool:
        import fcntl  # Windows has none, and can use the other store

        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._locked = file
        return True

    def unlock(self) -> None:
        # The kernel frees the lock of a process that ends, too.
        if self._locked is not None:
            os.close(self._locked)
            self._locked = None
