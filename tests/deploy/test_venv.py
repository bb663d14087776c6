"""The first `make`: the Python it chooses, the packages it installs, and its messages on failure."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from deploy import venv
from tests.architecture.tracked import ROOT

Room = namedtuple("Room", "total used free")


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have been run; none is."""
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "call", lambda command, **_: commands.append(command))
    return commands


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in modules else find(name))


def test_an_old_python_is_refused_with_what_to_do() -> None:
    with pytest.raises(venv.CanNot, match=r"3\.10\.13.*\n.*make PYTHON="):
        venv.refuse_old_python((3, 10, 13))

    venv.refuse_old_python((3, 11, 0))


def test_a_python_without_pip_says_which_package_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commands: list[list[str]]
) -> None:
    without(monkeypatch, "ensurepip", "pip")

    with pytest.raises(venv.CanNot, match="apt-get install python3-venv"):
        venv.create(tmp_path / "venv", {})

    assert commands == []


def test_a_python_with_only_the_systems_pip_uses_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "ensurepip")

    venv.create(tmp_path / "venv", os.environ)

    assert venv.installer(tmp_path / "venv")[-4:] == ["-m", "pip", "--python", str(tmp_path / "venv/bin/python")]


def test_a_disk_without_room_is_told_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commands: list[list[str]]
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Room(total=1, used=1, free=5_000_000))

    with pytest.raises(venv.CanNot, match="has 5 MB left and the packages need 1000: make room"):
        venv.create(tmp_path / "venv", {})

    assert commands == []
    assert list(tmp_path.iterdir()) == []


def test_what_the_disk_refuses_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".cache").touch()

    assert venv.main([str(tmp_path / ".venv"), "requirements/build.txt"]) == 1

    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        ({"python3": True}, "python3"),
        ({"python3": False, "python3.12": True}, "python3.12"),
        ({"python3": False}, "python3"),  # which then says that it is too old
        ({"system": True, "python3": True}, "system"),
        ({"system": False, "python3": True}, "python3"),
    ],
    ids=["python3", "a newer one next to an old python3", "only an old one", "the system's", "the system's is too old"],
)
def test_make_takes_a_python_that_is_new_enough(tmp_path: Path, there: dict[str, bool], taken: str) -> None:
    for name in ("make", "sh"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    for name, new_enough in there.items():
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {0 if new_enough else 1}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)

    done = subprocess.run(
        ["make", "--dry-run", "--always-make", ".venv/runtime.stamp"],
        cwd=ROOT,
        env={key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
        | {"PATH": str(tmp_path), "SYSTEM_PYTHON": "system"},
        capture_output=True,
        encoding="utf-8",
    )

    assert f"; {taken} -I deploy/venv.py .venv " in joined(done.stdout), done.stdout + done.stderr


def joined(commands: str) -> str:
    """What make shows of a recipe, without the ends of its lines."""
    return " ".join(commands.replace("\\\n", " ").split())


def test_the_command_is_found_wherever_the_environment_is(tmp_path: Path) -> None:
    made = tmp_path / "a folder of sömebody" / ".venv"
    (made / "lib/python3.11/site-packages").mkdir(parents=True)
    (made / "bin").mkdir()
    python = made / "bin/python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    venv.find_checkout(made)
    link = tmp_path / "easyorder"
    link.symlink_to(made / "bin/easyorder")

    done = subprocess.run([link, "--help"], cwd=tmp_path, capture_output=True, encoding="utf-8")

    assert (done.returncode, done.stdout.split()[:2]) == (0, ["Usage:", "easyorder"]), done.stderr
