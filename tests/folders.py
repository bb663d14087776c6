"""Folders for data of PostgreSQL: with a short path, and reachable for the user that it runs as."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def data_folder() -> Iterator[Path]:
    """A new folder, removed afterwards.

    Not pytest's tmp_path: every session of pytest closes the folder above those of all sessions to other users, and as
    root PostgreSQL is one.
    """
    with tempfile.TemporaryDirectory(prefix="easyorder-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
