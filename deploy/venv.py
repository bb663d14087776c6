"""Makes or updates the virtual environment: exactly the locked packages, regardless of this machine's settings of pip
and Python.

    python3 -I deploy/venv.py .venv requirements/build.txt requirements/runtime.txt

Needs only the standard library; if this machine lacks something, one line explains what to do.
"""

from __future__ import annotations

import configparser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The size of the installed packages, and of their downloads.
ROOM_MB = 1_000
NO_PIP = """This Python ({python}) cannot make a virtual environment with pip in it: the module ensurepip is missing.
On Debian and Ubuntu:  apt-get install python3-venv
or name another one:   make PYTHON=/path/to/python3.13 {goal}"""
TOO_OLD = """EasyOrder needs Python 3.11 or newer; {python} is {version}.
Name a newer one:  make PYTHON=/path/to/python3.13 {goal}"""
# How to reach the index. All other settings of pip are ignored: `user`, `target`, `prefix`, `require-virtualenv`,
# `no-binary` and others would put packages where they are not found, or install others than the locked ones.
INDEX = {
    "index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "cert", "client-cert", "proxy", "timeout",
    "default-timeout", "retries", "cache-dir", "no-cache-dir", "keyring-provider",
}  # fmt: skip
# Not a first line that names Python: the path of a checkout may be too long for it, or have blanks.
COMMAND = """#!/bin/sh
exec "$(dirname "$(readlink -f "$0")")/python" -I -m cli "$@"
"""
# Variables that would make a new Python look elsewhere for its own library or for ours.
FOREIGN = ("PYTHONHOME", "PYTHONPATH", "PYTHONUSERBASE", "__PYVENV_LAUNCHER__")
INSTALL = [
    "install", "--require-hashes", "--no-deps", "--no-build-isolation", "-qq", "--no-input",
    "--disable-pip-version-check",
]  # fmt: skip


class CanNot(Exception):
    """The message names the obstacle and what to do about it."""


def main(arguments: list[str]) -> int:
    if not arguments:
        return 0 if is_here() else 1
    venv, *locks = (Path(argument) for argument in arguments)
    try:
        refuse_old_python(sys.version_info[:3])
        make(venv, locks)
    except CanNot as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{venv} cannot be made: {error}. Mend that, or start again: make clean", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def make(venv: Path, locks: Sequence[Path]) -> None:
    """Raises CanNot or OSError; `venv` is then incomplete, and the next call continues from there."""
    scratch = venv.absolute().parent / ".cache"
    scratch.mkdir(exist_ok=True)
    # /tmp may be small, or in memory; the packages need hundreds of megabytes there.
    with tempfile.TemporaryDirectory(dir=scratch, prefix="venv-", ignore_cleanup_errors=True) as temporary:
        environment = clean(os.environ) | {"TMPDIR": temporary}
        if not is_whole(venv):
            create(venv, environment)
        find_checkout(venv)  # one that was made by an earlier version finds less
        pip = installer(venv)
        environment = only_index(pip, environment)
        for lock in locks:
            print(f"Installing the packages of {lock}", flush=True)
            run([*pip, *INSTALL, "-r", str(lock)], environment, f"{lock} cannot be installed; pip says above why")
        check(venv, pip, locks, environment)


def refuse_old_python(version: tuple[int, ...]) -> None:
    if tuple(version[:2]) < (3, 11):
        text = ".".join(str(part) for part in version[:3])
        raise CanNot(TOO_OLD.format(python=sys.executable, version=text, goal="demo"))


def require_room(folder: Path) -> None:
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < ROOM_MB:
        raise CanNot(f"The disk of {folder.resolve()} has {free_mb} MB left and the packages need {ROOM_MB}: make room")


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in FOREIGN}


def is_here() -> bool:
    """Whether the environment that runs this is inside the checkout that it imports: neither was moved nor copied."""
    return os.path.samefile(ROOT, Path(sys.prefix).parent)


def is_whole(venv: Path) -> bool:
    """Whether there is an environment that was made here and whose Python still runs and finds its packages."""
    command = [str(venv / "bin/python"), "-I", "-m", "deploy.venv"]
    try:
        return not subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False


def create(venv: Path, environment: Mapping[str, str]) -> None:
    """Makes a new environment that contains only pip, or nothing if this Python cannot install pip there."""
    if importlib.util.find_spec("ensurepip"):
        options = ["--clear"]
    elif importlib.util.find_spec("pip") and importlib.util.find_spec("venv"):
        # Debian without python3-venv, but with python3-pip: that pip can install into an environment that has none.
        options = ["--clear", "--without-pip"]
    else:
        raise CanNot(NO_PIP.format(python=sys.executable, goal="demo"))
    if os.pathsep in str(venv.absolute()):
        raise CanNot(f"{venv.absolute()}: the path of a virtual environment cannot have a colon: rename the folder")
    require_room(venv.parent)
    print(f"Making {venv} with Python {sys.version.split()[0]}", flush=True)
    # In an activated environment, possibly the one to be cleared here, the Python that it was made with.
    python = getattr(sys, "_base_executable", sys.executable)
    run([python, "-I", "-m", "venv", *options, str(venv)], environment, f"{venv} cannot be made; see above why")
    find_checkout(venv)


def find_checkout(venv: Path) -> None:
    """Makes the environment import the checkout itself, before another package named `envoy`; nothing is copied.

    The command `easyorder` is in its `bin`.
    """
    command = venv / "bin/easyorder"
    command.write_text(COMMAND, encoding="ascii")
    command.chmod(0o755)
    (site_packages,) = venv.glob("lib/python3*/site-packages")
    # In ASCII, because Python reads this file in the encoding of the locale.
    places = [os.fsencode(ROOT / folder) for folder in ("", "gen", "clients/python")]
    line = f"import os, sys; sys.path[:0] = map(os.fsdecode, {places})\n"
    (site_packages / "easyorder.pth").write_text(line, encoding="ascii")


def installer(venv: Path) -> list[str]:
    """The pip command for `venv`."""
    python = str(venv / "bin/python")
    has_pip = not subprocess.call([python, "-I", "-c", "import pip"], stderr=subprocess.DEVNULL)
    return [python, "-I", "-m", "pip"] if has_pip else [sys.executable, "-I", "-m", "pip", "--python", python]


def only_index(pip: list[str], environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` with pip's settings for reaching the index, from its files and variables, and no others."""
    variables = {f"PIP_{key.upper().replace('-', '_')}": key for key in INDEX}
    rest = {name: value for name, value in environment.items() if not name.startswith("PIP_")}
    found = configured(pip, {**rest, "PIP_CONFIG_FILE": environment.get("PIP_CONFIG_FILE", "")})
    # As in pip, a variable overrides the files, and an empty value counts as unset.
    kept = {name: environment.get(name) or found.get(key, "") for name, key in variables.items()}
    own = {"PIP_CONFIG_FILE": os.devnull, "PIP_ROOT_USER_ACTION": "ignore"}
    return {**rest, **{name: value for name, value in kept.items() if value}, **own}


def configured(pip: list[str], environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of pip's files for `pip install`. `pip config list` would be shorter, but obeys `user = true`."""
    if environment["PIP_CONFIG_FILE"] == os.devnull:
        return {}
    command = [*pip, "config", "debug"]
    said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8", errors="replace").stdout
    files: dict[str, list[str]] = {}
    for variant, file in re.findall(r"^(\w+):$|^  (.+), exists: True$", said, re.M):
        if variant:
            of = files.setdefault(variant, [])
        else:
            of.append(file)
    parser = configparser.RawConfigParser()
    in_order = [file for variant in ("global", "user", "site", "env") for file in files.get(variant, ())]
    try:
        parser.read(in_order, encoding="utf-8")
    except (configparser.Error, UnicodeError) as error:
        raise CanNot(f"pip's configuration cannot be read: {error}".replace("\n", " ")) from error
    sections = [dict(parser[name]) for name in ("global", "install") if parser.has_section(name)]
    return {key.replace("_", "-"): value for section in sections for key, value in section.items() if value}


def check(venv: Path, pip: list[str], locks: Sequence[Path], environment: Mapping[str, str]) -> None:
    """Removes packages that are in no lock. Raises CanNot unless the others match `locks` and none is missing."""
    lock = [str(venv / "bin/python"), "-I", str(ROOT / "deploy/lock.py")]
    listed = subprocess.run([*lock, "--foreign"], env=environment, stdout=subprocess.PIPE, encoding="utf-8")
    if foreign := listed.stdout.split():
        print(f"Removing what is not locked: {', '.join(foreign)}", flush=True)
        run([*pip, "uninstall", "-qq", "--yes", *foreign], environment, f"{', '.join(foreign)} cannot be removed")
    run([*lock, *map(str, locks)], environment, f"{venv} is not what the locks say, as shown above: make clean")


def run(command: Sequence[str], environment: Mapping[str, str], otherwise: str) -> None:
    """Raises CanNot with `otherwise` if `command` fails."""
    if subprocess.call(command, env=environment):
        raise CanNot(otherwise)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
