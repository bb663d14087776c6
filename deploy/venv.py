"""Makes the virtual environment, or brings it up to date, from pinned and hashed requirements only.

    python3 deploy/venv.py .venv requirements/build.txt requirements/runtime.txt

Needs nothing but the standard library; says what to do when this machine's Python can not do it.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NO_PIP = """This Python ({python}) can make no virtual environment with pip in it: the module ensurepip is missing.
On Debian and Ubuntu:  apt-get install python3-venv
or name another one:   make PYTHON=/path/to/python3.12 {goal}"""
TOO_OLD = """EasyOrder needs Python 3.11 or newer; {python} is {version}.
Name a newer one:  make PYTHON=/path/to/python3.12 {goal}"""


class CanNot(Exception):
    """What stands in the way, and what to do about it."""


def main(arguments: list[str]) -> int:
    venv, *requirements = (Path(argument) for argument in arguments)
    try:
        refuse_old_python(sys.version_info[:3])
        pip = [str(venv / "bin/python"), "-m", "pip"] if is_whole(venv) else create(venv)
        for file in requirements:
            install(pip, file)
    except CanNot as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(
            "Could not make {}: {} ended with {}".format(venv, " ".join(error.cmd), error.returncode), file=sys.stderr
        )
        return 1
    make_importable(venv)
    return 0


def refuse_old_python(version: tuple[int, ...]) -> None:
    if tuple(version[:2]) < (3, 11):
        text = ".".join(str(part) for part in version[:3])
        raise CanNot(TOO_OLD.format(python=sys.executable, version=text, goal="demo"))


def is_whole(venv: Path) -> bool:
    """Whether there is an environment whose Python and pip still run."""
    try:
        return not subprocess.call([str(venv / "bin/python"), "-c", "import pip"], stderr=subprocess.DEVNULL)
    except OSError:
        return False


def create(venv: Path) -> list[str]:
    """Makes a new, empty environment; returns the command that installs into it."""
    print(f"Making {venv} with Python {sys.version.split()[0]}", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(venv)]
    if importlib.util.find_spec("ensurepip"):
        subprocess.check_call(command)
        return [str(venv / "bin/python"), "-m", "pip"]
    if importlib.util.find_spec("pip") and importlib.util.find_spec("venv"):
        # Debian without python3-venv, but with python3-pip: that pip can install into an environment that has none.
        subprocess.check_call([*command, "--without-pip"])
        return [sys.executable, "-m", "pip", "--python", str(venv / "bin/python")]
    raise CanNot(NO_PIP.format(python=sys.executable, goal="demo"))


def install(pip: list[str], file: Path) -> None:
    print(f"Installing the packages of {file}", flush=True)
    options = [
        "--require-hashes",
        "--no-deps",
        "--no-build-isolation",
        "-qq",
        "--no-input",
        "--disable-pip-version-check",
    ]
    subprocess.check_call(
        [*pip, "install", *options, "-r", str(file)], env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    )


def make_importable(venv: Path) -> None:
    """The checkout itself is what the environment imports; nothing of it is copied."""
    (site_packages,) = venv.glob("lib/python3*/site-packages")
    (site_packages / "easyorder.pth").write_text(f"{ROOT}\n{ROOT / 'gen'}\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
