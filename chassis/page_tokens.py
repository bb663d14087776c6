"""Page tokens (AIP-158): the start of the next page of a list. Opaque to clients and valid for one filter only."""

from __future__ import annotations

import base64
import hashlib
from contextlib import suppress
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from chassis.clock import in_utc
from chassis.errors import InvalidArgument

Key = TypeVar("Key")
NO_TOKEN = "must be a nextPageToken that this list gave, unchanged"
_ANY: TypeAdapter[tuple[str, object]] = TypeAdapter(tuple[str, object])


class PageTokens(Generic[Key]):
    """The tokens of one list, whose rows are sorted by a Key."""

    def __init__(self, key: type[Key]) -> None:
        self._content: TypeAdapter[tuple[str, Key]] = TypeAdapter(tuple[str, key])  # type: ignore[valid-type]

    def write(self, last: Key, *, filter: str) -> str:
        """A token for the rows after the row whose key is `last`."""
        content = self._content.dump_json((_digest(filter), last))
        return base64.urlsafe_b64encode(content).decode().rstrip("=")

    def read(self, token: str, *, filter: str) -> Key:
        """The key in a token. Raises InvalidArgument if the token is not from a list with this filter."""
        try:
            digest, last = self._content.validate_json(_decoded(token))
            _check(last)
        except ValueError:
            raise InvalidArgument.of("pageToken", NO_TOKEN) from None
        if digest != _digest(filter):
            raise InvalidArgument.of("pageToken", "belongs to another filter; begin again without a token")
        return last


def is_of_some_list(token: str) -> bool:
    with suppress(ValueError):
        return bool(_ANY.validate_json(_decoded(token)))
    return False


def _decoded(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def _check(part: object) -> None:
    """Raises ValueError for values that no column of a Key can hold, because clients can alter a token."""
    if isinstance(part, tuple):
        for inside in part:
            _check(inside)
    elif isinstance(part, datetime):
        in_utc(part)
    elif isinstance(part, int) and not 0 <= part < 2**63:
        raise ValueError(f"{part} is not an id")


def _digest(filter: str) -> str:
    return hashlib.sha256(filter.encode()).hexdigest()[:16]
