"""`python -m bench`: starts its own shop, measures it, checks that every order is correct, and reports the speed.

python -m bench                         paid orders a second, and what limits them
python -m bench reservations            reservations of one hot SKU, in batches and one by one
python -m bench listing                 lists of 10 of 10,000 products
python -m bench growth                  orders and reads at 100, 10,000 and 1,000,000 stored orders and products
python -m bench soak                    two million orders, as fast as it goes: what grows although nothing should
python -m bench profile                 where order_svc, or --service, spends its time meanwhile
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from rich.console import Console

from bench.growth import growth
from bench.listing import listing
from bench.load import Missing, require_programs
from bench.orders import orders
from bench.profiling import SERVICES, by_function, profile
from bench.report import Section, machine, show, write_json, write_pictures
from bench.reservations import reservations, reservations_database, rows
from bench.shop import BenchShop, bench_shop
from bench.soak import soak
from tests.e2e import invariants
from tests.folders import data_folder
from tests.long_runs import keep
from tests.polling import eventually

Part = Callable[[BenchShop, argparse.Namespace], Awaitable[list[Section]]]


async def _orders(shop: BenchShop, options: argparse.Namespace) -> list[Section]:
    return await orders(shop, clients=options.clients, seconds=options.seconds, repeat=options.repeat)


async def _profile(shop: BenchShop, options: argparse.Namespace) -> list[Section]:
    to = options.to or Path(f"{options.service}.profile.txt")
    await profile(shop, options.service, clients=options.clients[-1], seconds=options.seconds, to=to)
    print(f"written to {to}")
    if to.suffix == ".svg":
        return []
    rows = [[name, f"{own:.1%}", f"{whole:.1%}"] for name, own, whole in by_function(to.read_text(encoding="utf-8"))]
    return [
        Section(title=f"Where {options.service} is", columns=["function", "itself", "with what it calls"], rows=rows)
    ]


async def _reservations(shop: BenchShop, options: argparse.Namespace) -> list[Section]:
    rates = await reservations(await reservations_database(shop.mesh), seconds=options.seconds)
    columns = ["one hot SKU, at the handler", "reservations", "times"]
    return [Section(title="Reservations", columns=columns, rows=rows(rates))]


async def _listing(shop: BenchShop, options: argparse.Namespace) -> list[Section]:
    with data_folder() as folder:
        how = {"clients": options.clients, "seconds": options.seconds, "repeat": options.repeat}
        return await listing(shop, folder / "front", **how)


async def _growth(shop: BenchShop, options: argparse.Namespace) -> list[Section]:
    names = ("sizes", "clients", "shoppers", "lines", "seconds", "reads", "products")
    return await growth(shop, **{name: getattr(options, name) for name in names})


async def _soak(shop: BenchShop, options: argparse.Namespace) -> list[Section]:
    return await soak(shop, orders=options.orders, clients=options.clients[-1], seconds=options.seconds)


# Each part measures the shop and returns its tables. The lists come last: they need many products.
PARTS: dict[str, Part] = {"orders": _orders, "reservations": _reservations, "listing": _listing}
# They run only when they are asked for.
ALONE: dict[str, Part] = {"growth": _growth, "soak": _soak, "profile": _profile}
# The millions of a soak are counted for some seconds.
AT_REST_WITHIN_S = {"soak": 300}
CLIENTS = {"growth": [1, 8, 32, 128, 256], "soak": [32]}


async def bench(options: argparse.Namespace) -> None:
    require_programs()
    parts = [(PARTS | ALONE)[name] for name in options.what or PARTS]
    where = machine()
    # A commit waits for the disk, as it does in a shop.
    with data_folder(on_disk=True) as data_dir:
        async with bench_shop(data_dir) as shop:
            sections = [section for part in parts for section in await part(shop, options)]
            within_s = max(AT_REST_WITHIN_S.get(name, 30) for name in options.what or PARTS)
            await eventually(lambda: invariants.at_rest(shop.mesh), timeout_s=within_s)
            await invariants.check(shop.mesh)
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in where.items()))
    show(sections, console)
    console.print("Every order is there, paid for once, and its stock is sold: I1 to I5 hold.")
    for section in sections:
        if section.found:
            keep(*section.found)
    if options.json:
        write_json(options.json, sections, where)
    if options.pictures:
        write_pictures(options.pictures, sections)


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    options.clients = options.clients or next(
        (CLIENTS[name] for name in options.what if name in CLIENTS), [1, 8, 32, 128]
    )
    try:
        asyncio.run(bench(options))
    except Missing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", type=_part, help=f"{', '.join(PARTS | ALONE)}; the first three if left out")
    parser.add_argument("--service", choices=SERVICES, default="order", help="of which the profile is [order]")
    parser.add_argument(
        "--clients", type=_numbers, help="how many at once [1,8,32,128; for growth 256 too, for soak 32]"
    )
    parser.add_argument("--seconds", type=int, default=8, help="of each measurement [8]")
    parser.add_argument("--repeat", type=int, default=1, help="measure all so often; shows median, least and most")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    parser.add_argument("--pictures", type=Path, help="a folder for the curves, as SVG")
    parser.add_argument("--sizes", type=_numbers, default=[100, 10_000, 1_000_000], help="growth: how much is stored")
    parser.add_argument("--products", type=int, help="growth: no more products than this; as many as orders")
    parser.add_argument(
        "--shoppers", type=_numbers, default=[1, 10_000], help="growth: how many order, as many baskets"
    )
    parser.add_argument("--lines", type=_numbers, default=[1, 20], help="growth: of an order")
    parser.add_argument("--no-reads", dest="reads", action="store_false", help="growth: orders alone")
    parser.add_argument("--orders", type=int, default=2_000_000, help="soak: how many [2000000]")
    parser.add_argument("--to", type=Path, help="where the profile goes; a flame graph if it ends in .svg")
    return parser


def _part(text: str) -> str:
    if text not in PARTS | ALONE:
        raise argparse.ArgumentTypeError(f"{text} is not one of {', '.join(PARTS | ALONE)}")
    return text


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
