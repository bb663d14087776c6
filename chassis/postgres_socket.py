"""Where the socket of the embedded PostgreSQL is: the same for whoever starts it and whoever connects to it."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
PATH_LIMIT = 103  # bytes of sockaddr_un.sun_path, less the final zero: 107 on Linux, 103 on macOS
# Not what TMPDIR says: two shells may differ in that.
SHORT = Path("/tmp")


def socket_dir(folder: Path) -> Path:
    """The data folder itself, or a short one for it where its path is too long or has characters that a list or a URL
    of hosts gives a meaning."""
    folder = Path(os.path.abspath(folder))
    path = os.fsencode(folder / SOCKET)
    if len(path) <= PATH_LIMIT and re.fullmatch(rb"[\w/.~-]+", path):
        return folder
    return SHORT / f"easyorder-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
