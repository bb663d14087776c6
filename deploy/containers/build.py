"""`python -m deploy.containers.build`: the images easyorder/services, easyorder/envoy and easyorder/pgbouncer.

With buildah or docker, whichever is there. All that comes from the index of packages is fetched before, so that the
build needs no network if the base image has the packages of Debian. `--debootstrap` makes such a base here (as root).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from deploy.containers.wheels import IMAGES, ROOT, fetch

BASE = "debian:trixie-slim"
MADE_HERE = "localhost/easyorder/debian13"
DEBIAN = "trixie"
# What the stage `build` of the Containerfile needs.
PACKAGES = ("python3", "python3-venv", "ca-certificates", "libodbc2", "binutils", "pgbouncer")
ROOTFS = ROOT / ".cache/debian13-base"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.containers.build", description=__doc__)
    parser.add_argument("--base", default=BASE, help=f"an image of Debian 13, best with its digest; {BASE} by default")
    parser.add_argument("--debootstrap", action="store_true", help="make the base here, from the mirror that apt uses")
    parser.add_argument("--tag", default=_version(), help="of the images; the version by default")
    parser.add_argument("--only", choices=IMAGES, action="append", help="build only this one")
    given = parser.parse_args(arguments)
    engine = next(filter(shutil.which, ("buildah", "docker")), None)
    if engine is None:
        print("Images are built by buildah or docker, and neither is here: apt-get install buildah", file=sys.stderr)
        return 1
    try:
        base = given.base
        if given.debootstrap:
            base = MADE_HERE
            import_rootfs(engine, bootstrap(ROOTFS, PACKAGES), MADE_HERE)
        fetch()
        for image in given.only or IMAGES:
            build(engine, image, base, given.tag)
    except subprocess.CalledProcessError as error:
        print(f"{' '.join(map(str, error.cmd[:3]))} … failed, see above", file=sys.stderr)
        return 1
    return 0


def build(engine: str, image: str, base: str, tag: str) -> None:
    """Raises CalledProcessError."""
    revision = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, encoding="utf-8")
    arguments = {"BASE": base, "VERSION": _version(), "REVISION": revision.stdout.strip() or "unknown"}
    name = f"{'localhost/' if engine == 'buildah' else ''}easyorder/{image}"
    options = [
        "--target",
        image,
        "-t",
        f"{name}:{tag}",
        "-t",
        f"{name}:latest",
        "-f",
        "deploy/containers/Containerfile",
    ]
    for argument, value in arguments.items():
        options += ["--build-arg", f"{argument}={value}"]
    # In the format of OCI, an image has no healthcheck.
    command = ["buildah", "bud", "--layers", "--format", "docker"] if engine == "buildah" else ["docker", "build"]
    print(f"Building {name}:{tag}", flush=True)
    subprocess.run([*command, *options, "."], cwd=ROOT, check=True)


def bootstrap(rootfs: Path, packages: Sequence[str]) -> Path:
    """Debian 13 with `packages` in a folder, from where apt gets Debian; as it is if it is there. As root."""
    if not rootfs.exists():
        site = ["apt-get", "indextargets", "--format", "$(LABEL)|$(SITE)", "Created-By: Packages"]
        listed = subprocess.run(site, check=True, capture_output=True, encoding="utf-8").stdout.splitlines()
        mirror = [line.partition("|")[2] for line in listed if line.startswith("Debian|")][-1:]
        print(f"Making Debian 13 in {rootfs}", flush=True)
        # Its script cannot do with the blanks that the path of a checkout may have.
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
            made = Path(temporary) / "rootfs"
            included = f"--include={','.join(packages)}"
            command = ["debootstrap", "--variant=minbase", included, DEBIAN, str(made), *mirror]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            made.chmod(0o755)
            rootfs.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(made, rootfs)
    return rootfs


def import_rootfs(engine: str, rootfs: Path, name: str) -> None:
    """Makes the image `name` of a folder."""
    if engine == "docker":
        tar = subprocess.Popen(["tar", "-C", str(rootfs), "-c", "."], stdout=subprocess.PIPE)
        subprocess.run(["docker", "import", "-", name], stdin=tar.stdout, check=True, stdout=subprocess.DEVNULL)
        return
    container = _output("buildah", "from", "scratch")
    try:
        _output("buildah", "add", "-q", container, str(rootfs), "/")
        _output("buildah", "commit", "-q", container, name)
    finally:
        _output("buildah", "rm", container)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.strip()


def _version() -> str:
    try:
        return version("easyorder")
    except PackageNotFoundError:
        import tomllib

        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return str(project["version"])


if __name__ == "__main__":
    # Storage that works where an overlay does not: set STORAGE_DRIVER=vfs, and BUILDAH_ISOLATION=chroot in a sandbox.
    os.environ.setdefault("BUILDAH_ISOLATION", "chroot" if os.geteuid() == 0 else "rootless")
    sys.exit(main(sys.argv[1:]))
