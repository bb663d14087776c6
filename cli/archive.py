"""Ended orders of the mesh on this machine, as files."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import FAILED, UNREACHABLE, USAGE, Fault
from cli.output import console, say, table

if TYPE_CHECKING:
    from order_svc.archive import Progress, Totals


Folder = Annotated[Path, typer.Argument(help="Where the files are; it is made if it is missing.")]
Before = Annotated[
    datetime,
    typer.Option(formats=["%Y-%m-%d"], help="Orders that have ended, and not changed since this day (UTC)."),
]
Write = Annotated[bool, typer.Option("--write", help="Write files; without it, only show what they would hold.")]


def archive(folder: Folder, before: Before, write: Write = False) -> None:
    """Write orders that have ended to files, with their items, payments, refunds, shipments and the events kept.

    Runs on the machine of the mesh, with the variables of order_svc, while the mesh runs. What was interrupted goes on
    where it was. Each file is read again and compared with the database, which keeps the orders.
    """
    from asyncpg import PostgresError
    from sqlalchemy.exc import SQLAlchemyError

    from foundation.hosts import PoolerIgnoresSettings
    from order_svc.archive import ArchiveDamaged

    until = before.replace(tzinfo=UTC)
    if until > datetime.now(UTC):
        raise Fault("orders have ended on days that are over: --before names a day in the past", USAGE)
    status = console(stderr=True).status("Reading orders")
    try:
        with status if console(stderr=True).is_terminal else nullcontext():
            stored, kept = asyncio.run(
                _run(folder, until, write, lambda count: status.update(f"Archived: {count:,} orders"))
            )
    except ArchiveDamaged as error:
        raise Fault(str(error), FAILED) from error
    except PoolerIgnoresSettings as error:
        raise Fault(
            "the orders are read from PostgreSQL itself: EASYORDER_DATABASE_URL leads to a pooler", USAGE
        ) from error
    except (ConnectionError, SQLAlchemyError, PostgresError) as error:
        first = str(error).partition("\n")[0]
        raise Fault(f"the orders cannot be read ({first}). See: easyorder doctor", UNREACHABLE) from error
    _show(kept if write else stored)
    if not write:
        say("Nothing was written: --write does")
    elif kept == stored:
        say(f"{folder} agrees with the database")
    else:
        say(f"{folder} has orders that were changed since they were archived, or lacks those that were busy then")


async def _run(folder: Path, before: datetime, write: bool, progress: Progress) -> tuple[Totals, Totals]:
    """What the database has, and what the files have."""
    from chassis.db.engine import make_engine
    from chassis.settings import from_environment
    from order_svc.archive import Archive, sums
    from order_svc.config import OrderSettings
    from order_svc.order_ids import OrderIds
    from order_svc.shop_key import shop_key

    settings = from_environment(OrderSettings)
    engine = make_engine(settings.database_url("easyorder_order_write"), application_name="archive", pool_size=1)
    try:
        kept = Archive.opened(folder, before)
        if write:
            ids = OrderIds(await shop_key(engine), numbers=settings.order_numbers)
            await kept.write(engine, ids, progress=progress)
        async with engine.connect() as connection:
            return await sums(connection, before), kept.totals
    finally:
        await engine.dispose()


def _show(totals: Totals) -> None:
    columns = ["currency", "orders", "items", "sold", "paid", "refunded"]
    rows = [
        [currency, of.orders, of.items, *(f"{amount:.2f}" for amount in (of.sold, of.paid, of.refunded))]
        for currency, of in totals.items()
    ]
    table(rows, columns)
