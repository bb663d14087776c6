"""The real pip installs exactly the lock, regardless of newer packages in the index and of pip's settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from deploy import venv
from tests.architecture.tracked import ROOT
from tests.deploy.wheels import lock, wheel


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with nothing but pip in it."""
    made = tmp_path_factory.mktemp("empty") / "venv"
    venv.create(made, venv.clean(os.environ))
    return made


@pytest.fixture
def environment(empty: Path) -> Iterator[Path]:
    """The same, for one test."""
    before = set(site_packages(empty).iterdir())
    yield empty
    for path in set(site_packages(empty).iterdir()) - before:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def site_packages(environment: Path) -> Path:
    (folder,) = environment.glob("lib/python3*/site-packages")
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder of wheels: `asker` wants an extra of `asked`, of which there is a newer one than the lock has."""
    folder = tmp_path / "index"
    folder.mkdir()
    wheel(folder, "asker", "1.0", requires=["asked[extra]>=1"])
    wheel(folder, "asked", "1.0", extras=["extra"])
    wheel(folder, "asked", "2.0", extras=["extra"])
    return folder


@pytest.fixture
def locked(index: Path, tmp_path: Path) -> Path:
    return lock(tmp_path / "lock.txt", index / "asker-1.0-py3-none-any.whl", index / "asked-1.0-py3-none-any.whl")


def install(environment: Path, locked: Path, variables: Mapping[str, str]) -> None:
    cleaned = venv.clean({**os.environ, **variables})
    pip = venv.installer(environment)
    venv.run([*pip, *venv.INSTALL, "-r", str(locked)], venv.only_index(pip, cleaned), "pip failed")


def version_of(environment: Path, module: str) -> str:
    command = [str(environment / "bin/python"), "-I", "-c", f"import {module}; print({module}.version)"]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.strip()


def test_a_lock_stays_installable_when_the_index_has_something_newer(
    environment: Path, index: Path, locked: Path
) -> None:
    only_this = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}

    install(environment, locked, only_this)

    assert version_of(environment, "asked") == "1.0"


def test_what_pip_is_told_about_other_projects_does_not_count(
    environment: Path, index: Path, locked: Path, tmp_path: Path
) -> None:
    elsewhere, other = tmp_path / "elsewhere", tmp_path / "other"
    other.write_text("asked==2.0\n", encoding="utf-8")
    settings = {
        "USER": "1",
        "TARGET": str(elsewhere),
        "PREFIX": str(elsewhere),
        "ROOT": str(elsewhere),
        "REQUIRE_VIRTUALENV": "1",
        "CONSTRAINT": str(other),
        "REQUIREMENT": str(other),
        "DRY_RUN": "1",
        "PYTHON": "/nowhere/python",
    }
    configured = tmp_path / "pip.conf"
    configured.write_text(
        f"[global]\nno-index = true\nfind-links = {index}\nuser = true\n[install]\nprefix = {elsewhere}\n",
        encoding="utf-8",
    )
    foreign = {"PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path), "PYTHONUSERBASE": str(elsewhere)}
    index_only = {name: "" for name in os.environ if name.startswith("PIP_")} | {"PIP_CONFIG_FILE": str(configured)}

    install(environment, locked, index_only | {f"PIP_{name}": value for name, value in settings.items()} | foreign)

    assert version_of(environment, "asked") == "1.0"
    assert not elsewhere.exists()


def test_nothing_is_installed_without_its_hash(environment: Path, index: Path, locked: Path) -> None:
    locked.write_text("asker==1.0\nasked==1.0\n", encoding="utf-8")

    with pytest.raises(venv.CanNot, match="pip failed"):
        install(environment, locked, {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)})

    assert not list(site_packages(environment).glob("aske*"))


def test_an_environment_is_whole_only_where_it_was_made(tmp_path: Path) -> None:
    made = ROOT / ".cache" / f"clone {os.getpid()} & ü"
    try:
        (made / "deploy").mkdir(parents=True)
        for name in ("__init__.py", "venv.py"):
            shutil.copy(ROOT / "deploy" / name, made / "deploy" / name)
        script = [sys.executable, "-I", "-c", MAKE_EMPTY, str(made)]
        subprocess.run(script, check=True, stdout=subprocess.DEVNULL)
        posix = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

        assert is_whole(made, posix)
        assert first_place(made) == str(made)
        shutil.copytree(made, tmp_path / "copy", symlinks=True)
        assert not is_whole(tmp_path / "copy")
        shutil.move(made, tmp_path / "moved")
        assert not is_whole(tmp_path / "moved")
        (tmp_path / "moved/.venv/bin/python").unlink()
        assert not is_whole(tmp_path / "moved")
    finally:
        shutil.rmtree(made, ignore_errors=True)


# Without pip, which takes seconds.
MAKE_EMPTY = """
import importlib.util, os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from deploy import venv
importlib.util.find_spec = lambda name: name != "ensurepip" or None
os.chdir(sys.argv[1])
venv.create(Path(".venv"), venv.clean(os.environ))
"""


def is_whole(clone: Path, variables: Mapping[str, str] | None = None) -> bool:
    command = [str(clone / ".venv/bin/python"), "-I", "-m", "deploy.venv"]
    try:
        return not subprocess.call(command, env={**os.environ, **(variables or {})}, stderr=subprocess.DEVNULL)
    except OSError:
        return False


def first_place(clone: Path) -> str:
    """Where the environment of `clone` looks for modules before anywhere else."""
    command = [str(clone / ".venv/bin/python"), "-I", "-X", "utf8", "-c", "import sys; print(sys.path[0])"]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.strip()
