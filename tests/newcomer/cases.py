"""The machines of new users: on each, EasyOrder works, or says in a line or two what to do.

A case is `fast` if it needs neither downloaded packages nor a running mesh: fast cases are also part of the test suite.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.newcomer.machines import Done

CLONE = "easyorder"
# What says how far it has come, and make's own line in the end.
_PROGRESS = re.compile(r"make(\[\d\])?: |Making |Installing |Removing |Starting EasyOrder|\s*$")
_LINES = 4


@dataclass(frozen=True, kw_only=True)
class Case:
    """`faults` are commands of root in the root folder of the machine, where `{clone}` is the clone's path below it."""

    name: str
    command: str = "make demo"
    environment: Mapping[str, str] = field(default_factory=dict)
    faults: Sequence[str] = ()
    # What is shown where it cannot work; empty where it has to.
    refused: str = ""
    state: str = "installed"
    # Below the newcomer's home.
    folder: str = CLONE
    # Whether packages have to be fetched: the only thing for which it has this machine's network.
    network: bool = False
    fast: bool = False
    users: Sequence[str] = ("root", "user")
    # Not how long it should take, but when it hangs: on a busy machine all is ten times as slow.
    timeout_s: float = 600

    def verdict(self, done: Done) -> str:
        """What is wrong with how it ended; empty if nothing is."""
        if "Traceback" in done.said:
            return "shows a traceback"
        if not self.refused:
            return "" if done.code == 0 else f"ended with {done.code}"
        if done.code == 0:
            return "was to be refused"
        if not re.search(self.refused, done.said):
            return f"does not say {self.refused!r}"
        lines = [line for line in done.said.splitlines() if not _PROGRESS.match(line)]
        return "" if len(lines) <= _LINES else f"takes {len(lines)} lines to say it"


def _small(folder: str, size: str) -> str:
    return f"mount -t tmpfs -o size={size},mode=1777 tmpfs '{folder}'"


# What is installed runs, and is this clone.
RUNS = "make .venv/runtime.stamp && .venv/bin/python -I -m deploy.venv && .venv/bin/python -m deploy.local --help"
INSTALL = f"rm -rf .venv && {RUNS}"
ELSEWHERE = "/var/tmp/elsewhere"
FOREIGN = [
    "mkdir -p var/tmp/foreign",
    "for name in pydantic chassis deploy envoy grpc; do echo 'raise SystemExit(3)' > var/tmp/foreign/$name.py; done",
]
PATHS = ["R & D, neu", "ünïcödé", "it's $HOME; (100%) #1", "l" * 120]
POSIX = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
PROXY = {"http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1", "grpc_proxy": "http://127.0.0.1:1"}

# Makes the `installed` state. A mesh always runs without the network of this machine, where another one may be running.
INSTALLED = Case(name="a new clone", command="make .venv/runtime.stamp", network=True)
BARE = [
    Case(
        name="no Python",
        state="bare",
        faults=["rm -rf usr/bin/python3*"],
        refused="needs Python 3.11 or newer, and there is no python3: apt-get install python3-venv",
    ),
    Case(
        name="no python3-venv",
        state="bare",
        faults=["rm -rf usr/lib/python3*/ensurepip"],
        refused="apt-get install python3-venv",
    ),
    Case(
        name="a disk without room",
        state="bare",
        faults=["mkdir disk", _small("disk", "100m"), "cp -a '{clone}' disk/", "chmod 755 disk"],
        command="cd /disk/easyorder && make demo",
        refused=r"has \d+ MB left and the packages need 1000: make room",
    ),
    Case(
        name="a clone that cannot be written to",
        state="bare",
        faults=["mount --bind '{clone}' '{clone}'", "mount -o remount,bind,ro '{clone}'"],
        refused="cannot be made: .*Read-only file system",
    ),
    Case(
        name="somebody else's clone",
        state="bare",
        faults=["chown -R 12345 '{clone}'"],
        refused="cannot be made: .*Permission denied",
        users=("user",),
    ),
    Case(
        name="a colon in the path",
        state="bare",
        faults=["mv '{clone}' '{clone}:2'"],
        folder=f"{CLONE}:2",
        refused="the path of a virtual environment cannot have a colon",
    ),
]
INSTALLING = [
    # All at once: any of them that is heeded puts the packages elsewhere, or stops pip.
    Case(
        name="a pip that is told to install elsewhere",
        environment={
            "PIP_USER": "1",
            "PIP_TARGET": ELSEWHERE,
            "PIP_PREFIX": ELSEWHERE,
            "PIP_REQUIRE_VIRTUALENV": "1",
        },
        command=INSTALL,
        network=True,
        users=("user",),
    ),
    Case(name="a small /tmp", command=INSTALL, faults=[_small("tmp", "64k")], network=True),
    Case(
        name="a clone that was moved",
        command=RUNS,
        faults=["mv '{clone}' '{clone}2'"],
        folder=f"{CLONE}2",
        network=True,
    ),
    Case(
        name="a copy",
        command=RUNS,
        faults=["cp -a '{clone}' '{clone}2'"],
        folder=f"{CLONE}2",
        network=True,
        users=("user",),
    ),
    Case(
        name="a .venv of a Python that is gone",
        command=RUNS,
        faults=["ln -sfn /nowhere/python3.9 '{clone}/.venv/bin/python3'"],
        network=True,
        users=("user",),
    ),
    Case(
        name="a .venv without pip",
        command=f"rm -rf .venv && python3 -m venv --without-pip .venv && {RUNS}",
        network=True,
        users=("user",),
    ),
    Case(
        name="no index",
        command=INSTALL,
        environment={"PIP_INDEX_URL": "http://127.0.0.1:1/", "PIP_RETRIES": "0"},
        refused="requirements/build.txt cannot be installed; pip says above why",
    ),
]
RUNNING = [
    Case(name="nothing special"),
    *(
        Case(name=f"Python: {name}", environment=environment, faults=FOREIGN)
        for name, environment in {
            "foreign modules": {"PYTHONPATH": "/var/tmp/foreign"},
            "a foreign library": {"PYTHONHOME": "/var/tmp/foreign"},
            "safe path": {"PYTHONSAFEPATH": "1"},
        }.items()
    ),
    *(
        Case(name=f"locale: {name}", environment=environment)
        for name, environment in {
            "POSIX": POSIX,
            "Turkish": {"LC_ALL": "tr_TR.ISO-8859-9"},
            "unknown": {"LC_ALL": "xx_XX.UTF-8"},
        }.items()
    ),
    *(Case(name=f"data in {path[:24]}", environment={"EASYORDER_DATA_DIR": f"{path}/data"} | POSIX) for path in PATHS),
    Case(name="a proxy", environment=PROXY),
    Case(name="no data folder named", environment={"EASYORDER_DATA_DIR": ""}),
    Case(name="a strict umask", command="umask 077 && make demo"),
    Case(name="no home", environment={"HOME": "/nowhere", "TMPDIR": "/nowhere"}),
    Case(name="a full /tmp", faults=[_small("tmp", "4k")]),
    Case(name="a reader that leaves", command="make up | head -1"),
]
REFUSED = [
    *(
        Case(
            name=f"{variable}={value}",
            environment={f"EASYORDER_{variable}": value},
            refused=f"EASYORDER_{variable}.* (must|is not a setting)",
            fast=True,
        )
        for variable, value in {
            "HTTP_PORT": "abc",
            "REPLICAS": "10",
            "PORT_OFFSET": "20000",
            "ADMIN_PASWORD": "x",
        }.items()
    ),
    Case(
        name="a file for a data folder",
        environment={"EASYORDER_DATA_DIR": "Makefile"},
        refused="choose another EASYORDER_DATA_DIR",
        fast=True,
    ),
    Case(
        name="a data folder that cannot be written to",
        environment={"EASYORDER_DATA_DIR": "/proc/data"},
        refused="choose another EASYORDER_DATA_DIR",
        fast=True,
    ),
    Case(
        name="a data folder without room",
        faults=["mkdir disk", _small("disk", "50m")],
        environment={"EASYORDER_DATA_DIR": "/disk/data"},
        refused=r"has \d+ MB left and EasyOrder needs \d+: make room, or choose another EASYORDER_DATA_DIR",
        fast=True,
    ),
    Case(
        name="somebody else's data",
        faults=["mkdir -p data/postgres", "chown -R 12345 data", "chmod -R 777 data"],
        environment={"EASYORDER_DATA_DIR": "/data"},
        refused="belongs to another user",
        fast=True,
    ),
]
CASES = [*BARE, *INSTALLING, *RUNNING, *REFUSED]
