"""Folders of sockets, whose paths the system limits."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

POSTGRES_SOCKET = ".s.PGSQL.5432"
PATH_LIMIT = 103  # bytes of sockaddr_un.sun_path, less the final zero: 107 on Linux, 103 on macOS
# Not TMPDIR, which may differ between two shells.
SHORT = Path("/tmp")


def socket_dir(folder: Path, socket: str = POSTGRES_SOCKET) -> Path:
    """The folder itself, or a short substitute if its path is too long or has characters with a meaning in a URL or
    a list of hosts."""
    folder = Path(os.path.abspath(folder))
    path = os.fsencode(folder / socket)
    if len(path) <= PATH_LIMIT and re.fullmatch(rb"[\w/.~-]+", path):
        return folder
    return SHORT / f"easyorder-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
