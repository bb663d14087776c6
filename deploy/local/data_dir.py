"""DATA_DIR belongs to one mesh at a time, and keeps the mesh's secret."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.errors import CannotStart
from deploy.service_keys import write_file

# The size of fresh databases, and some free space.
ROOM_MB = 200


class AlreadyRunning(CannotStart):
    """Another mesh runs on this DATA_DIR."""

    def __init__(self, data_dir: Path, pid: int, url: str) -> None:
        super().__init__(f"EasyOrder runs on {data_dir} already (pid {pid}): {url}")
        self.url = url


@contextmanager
def held(data_dir: Path, *, url: str) -> Iterator[bool]:
    """Holds DATA_DIR for the block, making it where it is missing. `url` is shown to the next one.

    Yields whether the previous mesh was killed, in which case its programs may still be ending. The kernel holds the
    lock and frees it however this process ends. Raises AlreadyRunning or CannotStart.
    """
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        file = (data_dir / "mesh.lock").open("a+", encoding="utf-8")
    except OSError as error:
        raise CannotStart(
            f"{data_dir} cannot hold the data ({error.strerror}): choose another EASYORDER_DATA_DIR"
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _already_running(data_dir) from None
        _require_room(data_dir)
        was_killed = file.tell() > 0
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "url": url}))
        file.flush()
        try:
            yield was_killed
        finally:
            file.truncate(0)


def holder_of(data_dir: Path) -> AlreadyRunning | None:
    """The mesh that runs on DATA_DIR, if one does."""
    try:
        with (data_dir / "mesh.lock").open(encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return _already_running(data_dir)
    return None


def _require_room(data_dir: Path) -> None:
    free_mb = shutil.disk_usage(data_dir).free // 1_000_000
    if free_mb < ROOM_MB:
        raise CannotStart(
            f"The disk of {data_dir} has {free_mb} MB left and EasyOrder needs {ROOM_MB}: "
            "make room, or choose another EASYORDER_DATA_DIR"
        )


def _already_running(data_dir: Path) -> AlreadyRunning:
    try:
        holder = json.loads((data_dir / "mesh.lock").read_text(encoding="utf-8"))
    except ValueError:  # the other process has the lock, but has not written yet
        holder = {"pid": 0, "url": "it is just starting"}
    return AlreadyRunning(data_dir, holder["pid"], holder["url"])


def mesh_secret(data_dir: Path) -> str:
    """The secret of this mesh, from which each service gets its own: made once, readable by this user only."""
    path = data_dir / "mesh_secret"
    if not path.exists():
        write_file(path, secrets.token_urlsafe(48), mode=0o600)
    return path.read_text(encoding="utf-8")
