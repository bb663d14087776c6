"""Orders that have ended, with everything that belongs to them, as files that agree with the database.

A file has a line of JSON for each order, compressed with gzip. `manifest.json` names the files that are whole, with
what they hold, so that an archive that was interrupted goes on after the last one. The database keeps the orders.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from order_svc.order_ids import OrderIds

ORDERS_OF_A_FILE = 10_000
MANIFEST = "manifest.json"
_PAGE = 500
# Whether the order has ended and was not changed since; an order that changes later, as by a refund, is not in a later
# file of the same archive.
_ENDED = (
    "o.status IN ('DELIVERED', 'CANCELLED', 'FAILED') AND o.modified_on < CAST(CAST(:before AS text) AS timestamptz) "
    "AND o.id > :after"
)
# Tokens and addresses of payment pages are of no use later.
_PARTS = {
    "items": ("order_item", ""),
    "discounts": ("order_discount", ""),
    "payments": ("payment", " - 'waiting_token' - 'next_action_uri'"),
    "refunds": ("refund", ""),
}
_ORDERS = text(
    "SELECT o.id, CAST(jsonb_build_object('order', to_jsonb(o), "
    + ", ".join(
        f"'{name}', coalesce((SELECT jsonb_agg(to_jsonb(t){without} ORDER BY t.id) FROM {table} AS t "
        "WHERE t.order_id = o.id), '[]')"
        for name, (table, without) in _PARTS.items()
    )
    + ", 'events', coalesce((SELECT jsonb_agg(to_jsonb(t) ORDER BY t.sequence) FROM outbox AS t "
    "WHERE t.aggregate_id = o.id), '[]')) AS text) AS content "
    f"FROM orders AS o WHERE {_ENDED} ORDER BY o.id LIMIT :limit"
)
_SUMS = text(f"""
SELECT o.currency, count(*) AS orders, coalesce(sum(i.items), 0) AS items, coalesce(sum(i.sold), 0) AS sold,
    coalesce(sum(p.paid), 0) AS paid, coalesce(sum(r.refunded), 0) AS refunded
FROM orders AS o
LEFT JOIN LATERAL (SELECT count(*) AS items, sum(quantity * unit_price - discount) AS sold FROM order_item
                   WHERE order_id = o.id) AS i ON true
LEFT JOIN LATERAL (SELECT sum(amount) AS paid FROM payment WHERE order_id = o.id) AS p ON true
LEFT JOIN LATERAL (SELECT sum(amount) AS refunded FROM refund WHERE order_id = o.id) AS r ON true
WHERE {_ENDED} AND o.id <= :last GROUP BY o.currency ORDER BY o.currency
""")
_LAST = 2**63 - 1


class ArchiveDamaged(Exception):
    """The archive is of another day, a file is not what was written, or it does not agree with the database."""


@dataclass(slots=True)
class Sums:
    """What orders of a currency come to: `sold` by their items, `paid` by their payments, whatever state these have."""

    orders: int = 0
    items: int = 0
    sold: Decimal = Decimal()
    paid: Decimal = Decimal()
    refunded: Decimal = Decimal()

    def add(self, other: Sums) -> None:
        for name, value in asdict(other).items():
            setattr(self, name, getattr(self, name) + value)


# By currency.
Totals = dict[str, Sums]
Progress = Callable[[int], None]


@dataclass(slots=True)
class Archive:
    """A folder with the ended orders that were not changed since `before`. `files` are those that are whole."""

    folder: Path
    before: datetime
    files: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def opened(cls, folder: Path, before: datetime) -> Archive:
        """As it was left. Raises ArchiveDamaged if it is of another date, or a file is not what was written."""
        archive = cls(folder, before)
        if (manifest := folder / MANIFEST).exists():
            kept = json.loads(manifest.read_text(encoding="utf-8"))
            if kept["before"] != before.isoformat():
                raise ArchiveDamaged(f"{folder} is an archive until {kept['before']}: choose another folder")
            archive.files = kept["files"]
        for file in archive.files:
            if _digest(folder / file["name"]) != file["sha256"]:
                raise ArchiveDamaged(
                    f"{folder / file['name']} is not what was written: remove {folder} and begin again"
                )
        return archive

    @property
    def totals(self) -> Totals:
        found: Totals = {}
        for file in self.files:
            for currency, sums in file["totals"].items():
                numbers = {name: Decimal(value) for name, value in sums.items() if name not in ("orders", "items")}
                found.setdefault(currency, Sums()).add(Sums(sums["orders"], sums["items"], **numbers))
        return found

    async def write(self, engine: AsyncEngine, ids: OrderIds, *, progress: Progress = lambda _: None) -> None:
        """Adds files until all orders are there; what is written so far is kept if it is interrupted."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        after = self.files[-1]["last"] if self.files else 0
        count = sum(file["orders"] for file in self.files)
        # All statements of a file see the database as of its first one.
        async with engine.execution_options(isolation_level="REPEATABLE READ").connect() as connection:
            while True:
                lines = [line async for line in self._lines(connection, ids, after)]
                if not lines:
                    break
                (last, _), first = lines[-1], lines[0][0]
                file = self._written(len(self.files) + 1, [content for _, content in lines])
                if file["totals"] != (stored := _plain(await sums(connection, self.before, after=after, last=last))):
                    raise ArchiveDamaged(f"{file['name']} has {file['totals']}, and the database {stored}")
                self.files.append({**file, "first": first, "last": last})
                self._replace(MANIFEST, json.dumps({"before": self.before.isoformat(), "files": self.files}, indent=1))
                await connection.rollback()
                after, count = last, count + len(lines)
                progress(count)

    async def _lines(self, connection: AsyncConnection, ids: OrderIds, after: int) -> AsyncIterator[tuple[int, str]]:
        for _ in range(ORDERS_OF_A_FILE // _PAGE):
            wanted = {"before": self.before.isoformat(), "after": after, "limit": _PAGE}
            rows = (await connection.execute(_ORDERS, wanted)).all()
            for id, content in rows:
                yield id, f'{{"id": "{ids.of_order(id)}", {content[1:]}\n'
                after = id
            if len(rows) < _PAGE:
                return

    def _written(self, number: int, lines: Iterable[str]) -> dict[str, Any]:
        """A whole file; its totals are those of what was read from it again."""
        name = f"orders-{number:06}.jsonl.gz"
        self._replace(name, gzip.compress("".join(lines).encode(), mtime=0))
        totals = _totals(self.folder / name)
        orders = sum(of.orders for of in totals.values())
        return {"name": name, "orders": orders, "totals": _plain(totals), "sha256": _digest(self.folder / name)}

    def _replace(self, name: str, content: str | bytes) -> None:
        """On the disk as a whole, or not at all, for nobody else."""
        made = self.folder / f"{name}.new"
        with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
            file.flush()
            os.fsync(file.fileno())
        made.replace(self.folder / name)


async def sums(connection: AsyncConnection, before: datetime, *, after: int = 0, last: int = _LAST) -> Totals:
    """What the database has of ended orders with numbers above `after`, up to `last`."""
    rows = await connection.execute(_SUMS, {"before": before.isoformat(), "after": after, "last": last})
    return {
        row.currency: Sums(row.orders, int(row.items), Decimal(row.sold), Decimal(row.paid), Decimal(row.refunded))
        for row in rows
    }


def _totals(path: Path) -> Totals:
    found: Totals = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            order = json.loads(line, parse_float=Decimal, parse_int=Decimal)
            found.setdefault(order["order"]["currency"], Sums()).add(
                Sums(
                    orders=1,
                    items=len(order["items"]),
                    sold=sum((i["quantity"] * i["unit_price"] - i["discount"] for i in order["items"]), Decimal()),
                    paid=sum((payment["amount"] for payment in order["payments"]), Decimal()),
                    refunded=sum((refund["amount"] for refund in order["refunds"]), Decimal()),
                )
            )
    return dict(sorted(found.items()))


def _plain(totals: Mapping[str, Sums]) -> dict[str, dict[str, Any]]:
    """As JSON has it: amounts as text, without what only shows how they were computed."""
    return {
        currency: {name: value if isinstance(value, int) else f"{value:.2f}" for name, value in asdict(of).items()}
        for currency, of in totals.items()
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""
