"""`python -m tests.simulation`: simulated runs of the whole shop, from one seed each.

python -m tests.simulation --seeds 10000     seeds 0 to 9999; a seed that fails is shown with its shortest script
python -m tests.simulation --first 4711 --seeds 1
python -m tests.simulation --planted         the faults that are planted by hand: each must be found
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

from tests.long_runs import keep
from tests.simulation.planted import NOT_FOUND, PLANTED, found, verdict_with
from tests.simulation.script import drawn
from tests.simulation.shrink import shown


def main() -> int:
    """0 if everything held, and with --planted if every fault was found."""
    arguments = _arguments()
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        if arguments.planted:
            missed = 0
            for result in pool.map(found, PLANTED):
                print(result, flush=True)
                missed += result.endswith(NOT_FOUND)
            keep("faults planted in simulated shops", f"{len(PLANTED) - missed} of {len(PLANTED)} found")
            return missed
        began = time.monotonic()
        seeds = range(arguments.first, arguments.first + arguments.seeds)
        failed = [
            seed for seed, verdict in pool.map(partial(verdict_with, ""), seeds, chunksize=10) if verdict.violation
        ]
    for seed in failed:
        print(shown(drawn(seed)))
    print(f"{len(seeds):,} seeds from {seeds.start}, {len(failed)} violations, {time.monotonic() - began:.0f} s")
    keep("simulated shops", f"{len(seeds):,} seeds from {seeds.start}", f"{len(failed)} violations")
    return int(bool(failed))


def _arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=500)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--planted", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    # Sets of texts must be in the same order in every process.
    if os.environ.get("PYTHONHASHSEED") != "0":
        os.execve(
            sys.executable,
            [sys.executable, "-m", "tests.simulation", *sys.argv[1:]],
            os.environ | {"PYTHONHASHSEED": "0"},
        )
    sys.exit(main())
