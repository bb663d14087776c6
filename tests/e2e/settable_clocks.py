"""A mesh whose programs, except Envoy, have wall clocks that a test can set.

libfaketime answers a program that asks for the time of day. Monotonic clocks go on, as when an administrator or NTP
sets the clock of a machine. `python -m tests.e2e.settable_clocks` is `python -m deploy.local up` with such clocks.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import psutil

import deploy.local.__main__ as local
from deploy.local.mesh import SERVICES, LocalMesh
from deploy.local.supervisor import Process, Program
from tests.e2e.running_mesh import RunningMesh, running_mesh

IS_INSTALLED = shutil.which("faketime") is not None
# Envoy does not start with libfaketime. A process that notices its step asks the database, which has stepped before.
ALL = ("postgres", *SERVICES)
# A signal handler that interrupts libfaketime gets the true time from it. If that were later than the time that is set,
# PostgreSQL would end sessions that have just begun to idle, one every few seconds. So it is never later.
RIGHT_S = 3600


class Clocks:
    """The wall clocks of the programs of a mesh. Where they are right it is an hour later than in truth."""

    def __init__(self, data_dir: Path) -> None:
        self._directory = data_dir / "clocks"

    def file(self, program: str) -> Path:
        return self._directory / program

    def set(self, ahead_s: int, *programs: str) -> None:
        """Sets the clocks of programs, in this order: they have stepped when this returns."""
        self._directory.mkdir(exist_ok=True)
        for program in programs:
            # Replaced as a whole: a program reads the file whenever it asks for the time.
            new = self._directory / "new"
            new.write_text(f"{RIGHT_S + ahead_s:+d}\n", encoding="ascii")
            new.replace(self.file(program))


class _MeshWithClocks(LocalMesh):
    async def _start(self, program: Program, running: AsyncExitStack) -> Process:
        if program.name not in ALL:
            return await super()._start(program, running)
        faked = _faked_by(Clocks(self._data_dir).file(program.name))
        # Not by the environment: what libfaketime shares must belong to the program's user, which is not yet that of
        # the process at its start.
        named = [f"{name}={value}" for name, value in faked.items()]
        return await super()._start(replace(program, command=["env", *named, *program.command]), running)


def _faked_by(file: Path) -> Mapping[str, str]:
    """The environment of a process whose wall clock is ahead by what the file says."""
    shown = subprocess.run(
        ["faketime", "-m", "-f", "+0", "printenv", "LD_PRELOAD"], capture_output=True, encoding="utf-8", check=True
    )
    return {
        "LD_PRELOAD": shown.stdout.strip(),
        "FAKETIME_TIMESTAMP_FILE": str(file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }


@contextmanager
def mesh_with_clocks(data_dir: Path, settings: Mapping[str, str]) -> Iterator[tuple[RunningMesh, Clocks]]:
    """A mesh whose clocks are right at first."""
    clocks = Clocks(data_dir)
    clocks.set(0, *ALL)
    try:
        with running_mesh(data_dir, settings, command=("-m", "tests.e2e.settable_clocks")) as mesh:
            yield mesh, clocks
    finally:
        _remove_what_dead_processes_left()


def _remove_what_dead_processes_left() -> None:
    # libfaketime leaves its shared memory behind, and would refuse to start in a later process with the same id.
    for left in Path("/dev/shm").glob("*faketime_s*_*"):
        if not psutil.pid_exists(int(left.name.rpartition("_")[2])):
            left.unlink(missing_ok=True)


if __name__ == "__main__":
    local.LocalMesh = _MeshWithClocks  # type: ignore[attr-defined]
    sys.exit(local.main(["up"]))
