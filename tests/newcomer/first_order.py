"""`python -m tests.newcomer.first_order`: from a clone to a first order by the commands that the documentation shows.

Prints the seconds of each step, and ends with 1 if they are more than LIMIT_S in all. Packages come from pip's cache if
they are there; those that are not are downloaded, which counts as well.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.architecture.tracked import ROOT
from tests.e2e.documented_commands import outputs, script_of, shown
from tests.e2e.running_mesh import STOPS_WITHIN_S, free_offset, free_port
from tests.folders import data_folder

LIMIT_S = 60
# Not how long it should take, but when it hangs.
HANGS_AFTER_S = 300
UP = "make up"
# Of whoever runs this; a newcomer has none of these.
FOREIGN = re.compile("PYTHON|VIRTUAL_ENV|EASYORDER_|MAKE|MFLAGS")


def main() -> int:
    seconds = walk()
    for step, taken in seconds.items():
        print(f"{taken:6.1f} s  {step}")
    total = sum(seconds.values())
    print(f"{total:6.1f} s  in all, of {LIMIT_S}")
    return 0 if total <= LIMIT_S else 1


def walk() -> dict[str, float]:
    """The seconds of each step. AssertionError if a command does not do what the documentation says."""
    with data_folder(on_disk=True) as folder:
        clone, port = folder / "easyorder", str(free_port())
        started = time.monotonic()
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        cloned = time.monotonic()
        with up(clone, port) as installed:
            is_up = time.monotonic()
            order(clone, port)
            ordered = time.monotonic()
    return {
        "clone": cloned - started,
        f"{UP}: packages": installed - cloned,
        f"{UP}: until it is up": is_up - installed,
        "a first order with curl": ordered - is_up,
    }


@contextmanager
def up(clone: Path, port: str) -> Iterator[float]:
    """Runs the mesh for the block, as the README says; gives the time at which the packages were there."""
    assert f"\n{UP} " in (clone / "README.md").read_text(encoding="utf-8")
    settings = {"EASYORDER_HTTP_PORT": port, "EASYORDER_PORT_OFFSET": str(free_offset())}
    log, stamp = clone / "up.log", clone / ".venv" / "runtime.stamp"
    with log.open("wb") as output:
        process = subprocess.Popen(
            UP.split(), cwd=clone, env=environment() | settings, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(process, log, stamp.exists)
        installed = time.monotonic()
        wait_for(process, log, lambda: "EasyOrder is up" in log.read_text(encoding="utf-8"))
        yield installed
    finally:
        # As Ctrl-C does, which reaches make and what it runs.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(STOPS_WITHIN_S)


def wait_for(process: subprocess.Popen[bytes], log: Path, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + HANGS_AFTER_S
    while not condition():
        assert process.poll() is None, log.read_text(encoding="utf-8")[-5000:]
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")[-5000:]
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue


def order(clone: Path, port: str) -> None:
    """What the guide says, with curl."""
    guide = (clone / "docs" / "guide" / "first-order.md").read_text(encoding="utf-8")
    page = guide.partition("## With curl\n")[2].partition("\n## ")[0]
    script, expected = script_of(page.replace("127.0.0.1:8080", f"127.0.0.1:{port}"))
    done = subprocess.run(
        ["bash"], cwd=clone, env=environment(), input=script, capture_output=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for output, wanted in zip(outputs(done.stdout), expected, strict=True):
        assert shown(wanted or "").fullmatch(output), f"{output}\nis not what the guide shows:\n{wanted}"


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not FOREIGN.match(name)}


if __name__ == "__main__":
    sys.exit(main())
