"""Data folders for PostgreSQL, with a short path and access for the user that runs it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SHARED_MEMORY = Path("/dev/shm")
_ROOM = 4 << 30


@contextmanager
def data_folder(*, on_disk: bool = False) -> Iterator[Path]:
    """A new folder, removed afterwards; in memory, if there is room and it need not be `on_disk`.

    Not pytest's tmp_path: every session of pytest closes the folder above those of all sessions to other users, and as
    root PostgreSQL is one.
    """
    with tempfile.TemporaryDirectory(
        prefix="eo-", dir=None if on_disk else _in_memory(), ignore_cleanup_errors=True
    ) as folder:
        yield Path(folder)


def _in_memory() -> Path | None:
    """Where files are kept in memory, if there is room: PostgreSQL makes a thousand of them for every database."""
    if os.access(_SHARED_MEMORY, os.W_OK) and shutil.disk_usage(_SHARED_MEMORY).free >= _ROOM:
        return _SHARED_MEMORY
    return None
