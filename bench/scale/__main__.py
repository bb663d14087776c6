"""`python -m bench.scale`: predicts 1 to 64 nodes from what is measured on one machine, and how wrong that is there.

python -m bench.scale                                        tables of docs/performance.md's run
python -m bench.scale --measured figures.json                of a run of `make bench B="orders --json figures.json"`
python -m bench.scale --write docs/scale.md                  writes the tables into the page, two minutes
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from bench.scale.costs import DOCUMENTED, from_bench
from bench.scale.tables import Wanted, section

PLACE = re.compile(r"(?<=<!-- tables -->\n).*(?=<!-- end of tables -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    machine = from_bench(options.measured, options.way) if options.measured else DOCUMENTED
    wanted = Wanted(
        nodes=options.nodes,
        clients=options.clients,
        database_cores=options.database_cores,
        round_trip_ms=options.round_trip_ms,
        seconds=options.seconds,
    )
    tables = section(machine, wanted)
    if options.write is None:
        print(tables)
        return 0
    page = options.write.read_text(encoding="utf-8")
    options.write.write_text(PLACE.sub(lambda _: tables, page), encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--measured", type=Path, help="a file of `make bench`'s option --json, with one client and others"
    )
    parser.add_argument("--way", choices=["JSON", "gRPC"], default="JSON", help="of that file [JSON]")
    parser.add_argument("--nodes", type=_numbers, default=[1, 2, 4, 8, 16, 32, 64], help="[1,2,4,8,16,32,64]")
    parser.add_argument("--clients", type=int, default=64, help="of each node [64]")
    parser.add_argument("--database-cores", type=int, default=16, help="of the machine of the one database [16]")
    parser.add_argument("--round-trip-ms", type=float, default=0.5, help="between two machines [0.5]")
    parser.add_argument("--seconds", type=float, default=3, help="of simulated time for each layout [3]")
    parser.add_argument("--write", type=Path, help="a page that gets the tables")
    return parser


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
