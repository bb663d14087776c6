"""`python -m tests.newcomer`: every case on every available machine, as root and as another user.

    make newcomer                                        all of it: half an hour or more, 5 GB
    make newcomer N="--machine debian13 --case locale"   some of it
    make newcomer N="--tests --folder 'R & D, neu'"      the tests themselves, in a folder called like that

A Debian is made by debootstrap once and kept in .cache/newcomer.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Sequence

from tests.architecture.tracked import ROOT
from tests.newcomer.cases import CASES, CLONE, Case
from tests.newcomer.machines import SUITES, UID, CannotBeHad, Done, Machine, index, machine


def main(arguments: Sequence[str]) -> int:
    chosen = _parsed(arguments)
    failures = 0
    for name in chosen.machine or SUITES:
        for user in chosen.user or ("root", "user"):
            try:
                failures += (
                    _tests(name, user, chosen.folder, chosen.only) if chosen.tests else _cases(name, user, chosen.case)
                )
            except CannotBeHad as error:
                print(f"-       {name} {user}: cannot be had: {error}", flush=True)
    print(f"{failures} failed" if failures else "All is as it should be")
    return 1 if failures else 0


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.newcomer", description=__doc__)
    parser.add_argument("--machine", action="append", choices=[*SUITES], help="only this one")
    parser.add_argument("--user", action="append", choices=["root", "user"], help="only as this one")
    parser.add_argument("--case", default="", help="only those whose name has this pattern")
    parser.add_argument("--tests", action="store_true", help="`make test` instead of the cases")
    parser.add_argument("--folder", default=CLONE, help="what the clone is called for --tests")
    parser.add_argument("--only", default="tests", help="some of the tests")
    return parser.parse_args(arguments)


def _cases(name: str, user: str, pattern: str) -> int:
    cases = [case for case in CASES if user in case.users and re.search(pattern, case.name)]
    with machine(name, is_root=user == "root") as bare:
        clone(bare, CLONE)
        failures = sum(not _holds(case, bare) for case in cases if case.state == "bare")
        if not any(case.state == "installed" for case in cases):
            return failures
        with bare.changed() as installed:
            done = installed.run(
                "make .venv/runtime.stamp",
                folder=f"{bare.home}/{CLONE}",
                environment=index(),
                network=True,
                timeout_s=600,
            )
            if done.code:
                raise CannotBeHad(done.said[-2000:])
            return failures + sum(not _holds(case, installed) for case in cases if case.state == "installed")


def _tests(name: str, user: str, folder: str, only: str) -> int:
    with machine(name, is_root=user == "root") as bare:
        clone(bare, folder)
        environment = index() | {"PIP_NO_CACHE_DIR": "1"}
        done = bare.run(
            f"make test T={shlex.quote(only)}",
            folder=f"{bare.home}/{folder}",
            environment=environment,
            network=True,
            timeout_s=3000,
        )
        print(done.said[-20000:])
        return 1 if done.code else 0


def clone(machine: Machine, folder: str) -> None:
    """What a newcomer has after `git clone`."""
    home = machine.upper / "changes" / machine.home.strip("/")
    home.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(home / folder)], check=True)
    owner = "0:0" if machine.is_root else f"{UID}:{UID}"
    subprocess.run(["chown", "-R", owner, str(home)], check=True)


def _holds(case: Case, there: Machine) -> bool:
    started = time.monotonic()
    done = run(case, there)
    wrong = case.verdict(done)
    user = "root" if there.is_root else "user"
    took = f"{time.monotonic() - started:.0f} s"
    print(
        f"{'FAILED' if wrong else 'ok':7} {there.name} {user}: {case.name} ({took}){wrong and f': {wrong}'}", flush=True
    )
    if wrong:
        print("\n".join(f"        {line}" for line in done.said.splitlines()[-25:]), flush=True)
    return not wrong


def run(case: Case, there: Machine, *, clone: str = "") -> Done:
    """`clone`: where it is, if not below the home of the machine."""
    with there.changed() as changed:
        place = clone or f"{there.home}/{CLONE}"
        return changed.run(
            case.command,
            folder=clone or f"{there.home}/{case.folder}",
            environment=(index() if case.network else {}) | dict(case.environment),
            faults=[fault.replace("{clone}", place.strip("/")) for fault in case.faults],
            network=case.network,
            timeout_s=case.timeout_s,
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
