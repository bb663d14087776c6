"""`python -m tests.newcomer`: every case on every available machine, as root and as another user.

    make newcomer                                        all of it: half an hour, 5 GB
    make newcomer N="--machine debian13 --case locale"   some of it
    make newcomer N="--tests --folder 'R & D, neu'"      the tests themselves, in a folder called like that

A Debian is made by debootstrap once and kept in .cache/newcomer.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.architecture.tracked import ROOT
from tests.newcomer.cases import CASES, CLONE, INSTALLED, Case
from tests.newcomer.machines import SUITES, UID, CannotBeHad, Done, Machine, index, machine


def main(arguments: Sequence[str]) -> int:
    chosen = _parsed(arguments)
    held: list[bool] = []
    for name in chosen.machine or SUITES:
        for user in chosen.user or ("root", "user"):
            try:
                if chosen.tests:
                    held.append(_tests(name, user, chosen.folder, chosen.only))
                else:
                    held.extend(_cases(name, user, chosen.case, chosen.jobs))
            except CannotBeHad as error:
                print(f"-       {name} {user}: cannot be had: {error}", flush=True)
    print(f"{sum(held)} of {len(held)} hold")
    return 0 if held and all(held) else 1


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.newcomer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--machine", action="append", choices=[*SUITES], help="only this one")
    parser.add_argument("--user", action="append", choices=["root", "user"], help="only as this one")
    parser.add_argument("--case", default="", help="only those whose name has this pattern")
    parser.add_argument(
        "--jobs", type=int, choices=range(1, 65), default=os.cpu_count(), metavar="N", help="cases at the same time"
    )
    parser.add_argument("--tests", action="store_true", help="`make test` instead of the cases")
    parser.add_argument("--folder", default=CLONE, help="what the clone is called for --tests")
    parser.add_argument("--only", default="tests", help="some of the tests")
    return parser.parse_args(arguments)


def _cases(name: str, user: str, pattern: str, jobs: int) -> Iterator[bool]:
    """Whether each holds."""
    cases = [case for case in CASES if user in case.users and re.search(pattern, case.name)]
    installed_cases = [case for case in cases if case.state == "installed"]
    with machine(name, is_root=user == "root") as bare, ThreadPoolExecutor(jobs) as pool:
        clone(bare, CLONE)
        yield from pool.map(partial(_holds_on_its_own, bare), [case for case in cases if case.state == "bare"])
        if installed_cases:
            with bare.changed() as installed:
                is_installed = _holds(installed, INSTALLED)
                yield is_installed
                if is_installed:
                    yield from pool.map(partial(_holds_on_its_own, installed), installed_cases)


def _tests(name: str, user: str, folder: str, only: str) -> bool:
    with machine(name, is_root=user == "root") as bare:
        clone(bare, folder)
        done = bare.run(
            f"make test T={shlex.quote(only)}",
            folder=f"{bare.home}/{folder}",
            environment={**index(), "PIP_NO_CACHE_DIR": "1"},
            network=True,
            is_shown=True,
            timeout_s=3000,
        )
        return done.code == 0


def clone(machine: Machine, folder: str) -> None:
    """What a newcomer has after `git clone`."""
    home = machine.upper / "changes" / machine.home.strip("/")
    home.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(ROOT), str(home / folder)], check=True)
    owner = "0:0" if machine.is_root else f"{UID}:{UID}"
    subprocess.run(["chown", "-R", owner, str(home)], check=True)


def _holds_on_its_own(there: Machine, case: Case) -> bool:
    """What it writes is discarded."""
    with there.changed() as changed:
        return _holds(changed, case)


def _holds(there: Machine, case: Case) -> bool:
    started = time.monotonic()
    done = run(case, there)
    wrong = case.verdict(done)
    user = "root" if there.is_root else "user"
    took = f"{time.monotonic() - started:.0f} s"
    lines = [f"{'FAILED' if wrong else 'ok':7} {there.name} {user}: {case.name} ({took}){wrong and f': {wrong}'}"]
    if wrong:
        lines += [f"        {line}" for line in done.said.splitlines()[-25:]]
    # In one piece: others are printed at the same time.
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    return not wrong


def run(case: Case, there: Machine, *, clone: str = "") -> Done:
    """`clone`: where it is, if not below the home of the machine."""
    place = clone or f"{there.home}/{CLONE}"
    return there.run(
        case.command,
        folder=clone or f"{there.home}/{case.folder}",
        environment={**(index() if case.network else {}), **case.environment},
        faults=[fault.replace("{clone}", place.strip("/")) for fault in case.faults],
        network=case.network,
        timeout_s=case.timeout_s,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
