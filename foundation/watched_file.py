"""A file that is replaced while processes use it: each of them reads the new one within a second."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")


class WatchedFile(Generic[T]):
    """What `parse` makes of the file. Raises OSError and what `parse` raises if it cannot be read at first; later, what
    was read last stays."""

    def __init__(
        self,
        path: Path,
        parse: Callable[[bytes], T],
        *,
        every_s: float = 1.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path, self._parse, self._every_s, self._monotonic = path, parse, every_s, monotonic
        self._looked_at, self._seen = monotonic(), self._state()
        self._content = parse(path.read_bytes())

    def content(self, *, now: bool = False) -> T:
        """Looks whether the file was replaced if the last look was a second ago, or `now`."""
        if now or self._monotonic() - self._looked_at >= self._every_s:
            self._looked_at = self._monotonic()
            self._look()
        return self._content

    def _look(self) -> None:
        try:
            if (seen := self._state()) != self._seen:
                # What fails is tried again at the next look: it may be for want of file descriptors.
                self._content, self._seen = self._parse(self._path.read_bytes()), seen
        except Exception as error:  # of any kind: it may be half written, or gone for a moment
            log.warning("%s is not read again: %s", self._path, error)

    def _state(self) -> tuple[int, int, int]:
        state = os.stat(self._path)
        return state.st_ino, state.st_mtime_ns, state.st_size


def watched(path: Path, parse: Callable[[bytes], T], hint: str) -> WatchedFile[T]:
    """The file, or the end of the process with one line, if it cannot be read."""
    try:
        return WatchedFile(path, parse)
    except Exception as error:  # of any kind that `parse` raises
        sys.exit(f"{path} cannot be read ({error}): {hint}")
