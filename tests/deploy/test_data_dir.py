"""DATA_DIR belongs to one mesh at a time; its secret is created once, and only its user can read it."""

from __future__ import annotations

import os
import shutil
import stat
from collections import namedtuple
from pathlib import Path

import pytest

from deploy.local.data_dir import AlreadyRunning, held, mesh_secret
from deploy.local.errors import CannotStart

Room = namedtuple("Room", "total used free")
URL = "http://127.0.0.1:8080"


def test_a_second_mesh_on_the_same_data_is_told_of_the_first(tmp_path: Path) -> None:
    with held(tmp_path, url=URL), pytest.raises(AlreadyRunning) as refusal, held(tmp_path, url="http://other"):
        pass

    assert f"(pid {os.getpid()}): {URL}" in str(refusal.value)


def test_a_refused_mesh_leaves_the_first_one_its_lock(tmp_path: Path) -> None:
    with held(tmp_path, url=URL):
        for _ in range(2):
            with pytest.raises(AlreadyRunning), held(tmp_path, url=URL):
                pass


def test_data_is_free_again_afterwards(tmp_path: Path) -> None:
    with held(tmp_path / "new" / "data", url=URL):
        pass

    with held(tmp_path / "new" / "data", url=URL):
        pass


def test_the_next_mesh_knows_whether_this_one_was_killed(tmp_path: Path) -> None:
    with held(tmp_path, url=URL) as first:
        killed = (tmp_path / "mesh.lock").read_bytes()
    with held(tmp_path, url=URL) as after_a_stop:
        pass
    (tmp_path / "mesh.lock").write_bytes(killed)
    with held(tmp_path, url=URL) as after_a_kill:
        pass

    assert (first, after_a_stop, after_a_kill) == (False, False, True)


def test_two_meshes_live_next_to_each_other_on_data_of_their_own(tmp_path: Path) -> None:
    with held(tmp_path / "one", url=URL), held(tmp_path / "two", url=URL):
        assert mesh_secret(tmp_path / "one") != mesh_secret(tmp_path / "two")


@pytest.mark.parametrize("folder", ["file", "file/below", "loop"])
def test_what_cannot_be_a_data_folder_is_told_in_one_line(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with (
        pytest.raises(CannotStart, match=r"cannot hold the data \(.*\): choose another") as refusal,
        held(tmp_path / folder, url=URL),
    ):
        pass

    assert len(str(refusal.value).splitlines()) == 1


def test_a_full_disk_is_told_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Room(total=1, used=1, free=5_000_000))

    with pytest.raises(CannotStart, match=r"has 5 MB left and EasyOrder needs 200: make room"), held(tmp_path, url=URL):
        pass

    assert (tmp_path / "mesh.lock").read_bytes() == b""


def test_the_secret_is_made_once(tmp_path: Path) -> None:
    first = mesh_secret(tmp_path)

    assert mesh_secret(tmp_path) == first
    assert len(first) >= 32


def test_the_secret_is_readable_for_its_owner_only(tmp_path: Path) -> None:
    mesh_secret(tmp_path)

    assert stat.S_IMODE((tmp_path / "mesh_secret").stat().st_mode) == 0o600
