"""Fresh machines: a separate Debian, or this machine with all writes discarded afterwards.

A machine is a stack of folders whose top folder takes all writes, in separate namespaces: mounts, processes and, unless
packages must be downloaded, a network with only loopback. Needs root, `unshare` and `ip`.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy import venv
from tests.architecture.tracked import ROOT

KEPT = ROOT / ".cache" / "newcomer"
# A newcomer of the ordinary kind; the first that a fresh Debian makes.
USER, UID, HOME = "newcomer", 1000, "/srv/newcomer"
SUITES = {"debian12": "bookworm", "debian13": "trixie"}
PACKAGES = "python3,python3-venv,make,git,ca-certificates,curl,locales,zsh"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# What reaches the index in addition to what pip reads itself.
NETWORK = ("SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY")

_ENTER = """
set -e
# Volatile: what is written is never synced to disk, since it is discarded in the end. The kernel takes such a folder
# once only, unless its mark is removed.
(cd "$upper/work" && rm -rf work/incompat)
mount -t overlay overlay -o "volatile,lowerdir=$lower,upperdir=$upper/changes,workdir=$upper/work" "$upper/root"
cd "$upper/root"
mount -t proc proc proc
mount --rbind /dev dev
mount -t tmpfs tmpfs dev/shm
mount -t tmpfs -o mode=1777 tmpfs tmp
for path in $shared; do
    [ "$lower" = / ] && continue
    if [ -d "$path" ]; then mkdir -p ".$path"; else mkdir -p ".${path%/*}"; touch ".$path"; fi
    mount --rbind -o ro "$path" ".$path"
done
[ "$network" ] || ip link set lo up
"""


class CannotBeHad(Exception):
    """Why there is no such machine here."""


@dataclass(frozen=True)
class Done:
    """How a command ended, and all that it said."""

    code: int
    said: str


@dataclass(frozen=True)
class Machine:
    """`lower` are the folders that it consists of, the uppermost first; `home` is where a newcomer's clone is."""

    name: str
    lower: tuple[Path, ...]
    is_root: bool
    upper: Path

    @property
    def home(self) -> str:
        return "/root" if self.is_root else HOME

    def run(
        self,
        command: str,
        *,
        folder: str = "",
        environment: Mapping[str, str] | None = None,
        faults: Sequence[str] = (),
        network: bool = False,
        is_shown: bool = False,
        timeout_s: float = 120,
    ) -> Done:
        """`faults` are shell commands that root gives in the root folder of the machine, after all is mounted.

        With `is_shown`, what the command says appears here while it runs, and is not part of the result.
        """
        script = "\n".join(
            [_ENTER, *faults, f"exec chroot {self._who()} . {self._inside(command, folder, environment)}"]
        )
        isolation = ["--mount", "--pid", "--fork", "--ipc", "--kill-child", "--propagation", "private"]
        isolation += [] if network else ["--net"]
        parameters = {
            "lower": ":".join(map(str, self.lower)),
            "upper": str(self.upper),
            "shared": " ".join(map(str, shared())) if network else "",
            "network": "yes" if network else "",
        }
        process = subprocess.Popen(
            ["unshare", *isolation, "sh", "-c", script],
            env={"PATH": PATH, **parameters},
            stdin=subprocess.DEVNULL,
            stdout=None if is_shown else subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        try:
            said, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            said, _ = process.communicate()
            return Done(-1, f"{_text(said)}\nnot done after {timeout_s:g} s")
        return Done(process.returncode, _text(said))

    def _who(self) -> str:
        return "--userspec=0:0" if self.is_root else f"--userspec={UID}:{UID} --groups="

    def _inside(self, command: str, folder: str, environment: Mapping[str, str] | None) -> str:
        variables = {"PATH": PATH, "HOME": self.home, "LANG": "C.UTF-8", "USER": USER} | dict(environment or {})
        given = " ".join(shlex.quote(f"{name}={value}") for name, value in variables.items())
        there = f"cd {shlex.quote(folder or self.home)} && {command}"
        return f"env -i {given} sh -c {shlex.quote(there)}"

    @contextmanager
    def changed(self) -> Iterator[Machine]:
        """The same, with a new uppermost folder for what is written until the block ends."""
        upper = upper_folder(self.upper.parent)
        try:
            yield replace(self, lower=(self.upper / "changes", *self.lower), upper=upper)
        finally:
            shutil.rmtree(upper, ignore_errors=True)


def upper_folder(below: Path) -> Path:
    below.mkdir(parents=True, exist_ok=True)
    upper = Path(tempfile.mkdtemp(dir=below, prefix="newcomer-"))
    for name in ("changes", "work", "root"):
        (upper / name).mkdir()
    # What everybody sees of it is the root folder of a machine.
    (upper / "changes").chmod(0o755)
    return upper


def _text(said: bytes | None) -> str:
    return (said or b"").decode(errors="replace")


@contextmanager
def machine(name: str, *, is_root: bool) -> Iterator[Machine]:
    """A new one. `here` is this machine, `debian12` and `debian13` are made once and kept. Raises CannotBeHad."""
    if os.geteuid() != 0 or not all(shutil.which(program) for program in ("unshare", "ip")):
        raise CannotBeHad("needs root, unshare and ip")
    lower = Path("/") if name == "here" else debian(name)
    # What is below a folder of the stack cannot be the uppermost of it.
    upper = upper_folder(Path("/dev/shm") if name == "here" else KEPT)
    try:
        yield Machine(name, (lower,), is_root, upper)
    finally:
        shutil.rmtree(upper, ignore_errors=True)


def debian(name: str) -> Path:
    """The root folder of a small Debian, from the mirror that this machine's apt uses."""
    root = KEPT / name
    if root.exists():
        return root
    if not shutil.which("debootstrap"):
        raise CannotBeHad("needs debootstrap: apt-get install debootstrap")
    KEPT.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(dir=KEPT, prefix=f"{name}-"))
    command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", SUITES[name], str(new), mirror()]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace")
    if done.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise CannotBeHad(f"debootstrap ended with {done.returncode}: {done.stdout[-500:]}")
    for step in (
        ["useradd", "--create-home", "--home-dir", HOME, "--uid", str(UID), "--shell", "/bin/sh", USER],
        ["localedef", "-i", "tr_TR", "-f", "ISO-8859-9", "tr_TR.ISO-8859-9"],
    ):
        subprocess.run(["chroot", str(new), *step], check=True, stdout=subprocess.DEVNULL)
    new.chmod(0o755)
    new.rename(root)
    return root


def mirror() -> str:
    """Where apt gets Debian from."""
    command = ["apt-get", "indextargets", "--format", "$(LABEL)|$(SITE)", "Created-By: Packages"]
    try:
        listed = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout.splitlines()
        return next(line.partition("|")[2] for line in listed if line.startswith("Debian|"))
    except (OSError, subprocess.CalledProcessError, StopIteration) as error:
        raise CannotBeHad("apt does not say where Debian is") from error


@cache
def index() -> Mapping[str, str]:
    """The variables that make pip, on another machine, reach the index that it reaches here."""
    variables = venv.only_index([sys.executable, "-m", "pip"], venv.clean(os.environ))
    return {name: value for name, value in variables.items() if name in NETWORK or name.startswith("PIP_")}


def shared() -> list[Path]:
    """What another machine has to find at the same place: how names are resolved, and files that `index` names."""
    words = (word for name, value in index().items() if name != "PIP_CONFIG_FILE" for word in value.split())
    paths = [Path(unquote(urlsplit(word).path)) for word in words if word.startswith(("/", "file:"))]
    # The files of an index lie next to its pages.
    paths = [path.parent if path.name == "simple" else path for path in paths]
    wanted = {Path("/etc/resolv.conf"), Path("/etc/hosts"), *(path for path in paths if path.exists())}
    return sorted(path for path in wanted if wanted.isdisjoint(path.parents))
