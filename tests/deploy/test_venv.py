"""The first `make` of any kind: which Python it takes, what it installs, and what it says where it can not."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy import venv
from tests.architecture.tracked import ROOT


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that would have been run; none is."""
    commands: list[list[str]] = []
    monkeypatch.setattr(subprocess, "check_call", lambda command, **_: commands.append(command))
    return commands


def without(monkeypatch: pytest.MonkeyPatch, *modules: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in modules else find(name))


def test_an_old_python_is_refused_with_what_to_do() -> None:
    with pytest.raises(venv.CanNot, match=r"3\.10\.13.*\n.*make PYTHON="):
        venv.refuse_old_python((3, 10, 13))

    venv.refuse_old_python((3, 11, 0))


def test_a_python_without_pip_says_which_package_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], installed: list[list[str]]
) -> None:
    without(monkeypatch, "ensurepip", "pip")

    assert venv.main([str(tmp_path / "venv"), "requirements.txt"]) == 1

    assert "apt-get install python3-venv" in capsys.readouterr().err
    assert installed == []


def test_a_python_with_only_the_systems_pip_uses_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: list[list[str]]
) -> None:
    without(monkeypatch, "ensurepip")

    pip = venv.create(tmp_path / "venv")

    assert installed[0][-1] == "--without-pip"
    assert pip[1:] == ["-m", "pip", "--python", str(tmp_path / "venv/bin/python")]


def test_nothing_is_installed_without_its_hash(installed: list[list[str]]) -> None:
    venv.install(["pip"], Path("runtime.txt"))

    (command,) = installed
    assert "--require-hashes" in command
    assert "--no-build-isolation" in command  # or the tools that build a source package would come without
    assert command[-2:] == ["-r", "runtime.txt"]


@pytest.mark.parametrize(
    ("there", "taken"),
    [
        ({"python3": True}, "python3"),
        ({"python3": False, "python3.12": True}, "python3.12"),
        ({"python3": False}, "python3"),  # which then says that it is too old
        ({"system": True, "python3": True}, "system"),
        ({"system": False, "python3": True}, "python3"),
    ],
    ids=["python3", "a newer one beside an old python3", "only an old one", "the system's", "the system's is too old"],
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

    assert done.stdout.startswith(f"{taken} deploy/venv.py .venv"), done.stdout + done.stderr
