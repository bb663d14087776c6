"""Fills the databases of a mesh by SQL: with copies of one of its orders, and with products.

The columns come from the database, so that tables may change. Events, jobs, keys and the audit are not filled: they do
not stay as long as orders do.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg
import structlog

from bench.shop import BenchShop
from chassis.db.engine import make_engine
from inventory_svc.projections import rebuild_documents
from inventory_svc.queries.read_model import COPIED
from tests.inventory_svc.many_products import fill

log = structlog.get_logger(__name__)

# Far above the ids of the shop's own products: those that orders are of, and all others. Each has two items.
FIRST_ON_SALE, FIRST_STORED = 1_000_000, 10_000_000
ON_SALE = 5_000
PIECES = 1_000_000_000
ORDERS_OF_A_DAY = 100
FIRST_DAY = date(1999, 1, 1)
# Cancelled ones, all of the first day.
RARE = 10
SHOPPERS = 10_000
_ORDERS_OF_A_SHOPPER = 10
_ORDER_DATABASES = ("order_write", "order_read", "inventory_write")
# Of chassis.db.hilo.
HILO_BLOCK = 1000
_DOCUMENTS = 5_000
_NO_TRIGGERS = "SET session_replication_role = replica"
_TEMPLATE = "SELECT id, created_by, placed_at FROM orders WHERE status = 'PAID' ORDER BY id LIMIT 1"
_TABLES = """
SELECT c.relname AS name, a.attname AS key FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    AND a.attname = CASE WHEN c.relname = 'orders' THEN 'id' ELSE 'order_id' END
"""
_COLUMNS = """
SELECT a.attname AS name, format_type(a.atttypid, NULL) AS type, EXISTS (
    SELECT FROM pg_index AS i WHERE i.indrelid = a.attrelid AND i.indisunique AND i.indkey::text = a.attnum::text
) AS is_unique
FROM pg_attribute AS a
WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""


def shopper(number: int) -> str:
    """The id of a shopper who has stored orders."""
    return f"00000000-0000-4000-8000-{number:012}"


@dataclass(frozen=True, slots=True)
class _Copies:
    """Of an order: the first gets the ids `order_id` and, for its parts, `part_id`."""

    template: int
    owner: str
    placed_at: datetime
    order_id: int
    part_id: int

    def insert(self, table: str, columns: Sequence[asyncpg.Record], row: int, rows: Sequence[asyncpg.Record]) -> str:
        """The statement that copies one of the `rows` that the order has in `table`, for n from $1 to $2."""
        key = "order_id" if "order_id" in rows[row] else "id"
        names = ", ".join(f'"{column["name"]}"' for column in columns)
        values = ", ".join(self._value(column, row, rows) for column in columns)
        return (
            f"INSERT INTO {table} ({names}) SELECT {values} FROM generate_series($1::bigint, $2::bigint) AS n, "
            f"(SELECT * FROM {table} WHERE {key} = {self.template} ORDER BY ctid LIMIT 1 OFFSET {row}) AS t"
        )

    def _value(self, column: asyncpg.Record, row: int, rows: Sequence[asyncpg.Record]) -> str:
        name, kind, found = column["name"], column["type"], rows[row][column["name"]]
        if name == "order_id" or (name == "id" and found == self.template and len(rows) == 1):
            return f"{self.order_id} + n"
        if name == "id":
            return f"{self.part_id} + n * {len(rows)} + {row}"
        if found == self.owner:
            return f"'{shopper(0)[:-12]}' || lpad((n / {_ORDERS_OF_A_SHOPPER} % {SHOPPERS})::text, 12, '0')"
        if kind == "text" and (column["is_unique"] or name == "transaction_id"):
            return "md5(n::text)::uuid::text"
        if kind == "timestamp with time zone" and found is not None:
            day = f"timestamptz '{FIRST_DAY}Z' + n * interval '1 day' / {ORDERS_OF_A_DAY}"
            return f"{day} + (t.\"{name}\" - timestamptz '{self.placed_at}')"
        if name == "status" and "order_id" not in rows[row]:
            return f"CASE WHEN n < {RARE} THEN 'CANCELLED' ELSE t.status END"
        return f't."{name}"'


class Stored:
    """The stored orders and products: all but the products that are ordered, and the orders that are placed."""

    def __init__(self, shop: BenchShop, *, most: int, most_products: int) -> None:
        self._shop = shop
        self._most = most
        self._most_products = most_products
        self.count = 0
        self.first_order = self._first_part = 0

    @property
    def shoppers(self) -> int:
        """How many have stored orders: at least ten each."""
        return min(SHOPPERS, max(1, self.count // _ORDERS_OF_A_SHOPPER))

    @property
    def products(self) -> int:
        """How many are stored."""
        return min(self.count, self._most_products)

    async def grow(self, count: int) -> None:
        """Until there are `count` of each, but no more products than there may be."""
        began = time.monotonic()
        if self.first_order == 0:
            await self._products(FIRST_ON_SALE, ON_SALE)
        await self._orders(self.count, count)
        filled = round(time.monotonic() - began)
        before, self.count = self.products, count
        if self.products > before:
            await self._products(FIRST_STORED + before, self.products - before)
        seconds = round(time.monotonic() - began)
        log.info("stored", orders=count, orders_s=filled, products=self.products, seconds=seconds)
        for database in (*_ORDER_DATABASES, "inventory_read"):
            async with self._shop.mesh.database(f"easyorder_{database}") as connection:
                await connection.execute("VACUUM ANALYZE")

    async def remove_orders(self) -> None:
        """Whoever checks the orders is to find those that were placed."""
        for name in _ORDER_DATABASES:
            async with self._shop.mesh.database(f"easyorder_{name}") as database:
                await database.execute(_NO_TRIGGERS)
                for table, key in await _tables(database):
                    last = self.first_order + self._most
                    await database.execute(f"DELETE FROM {table} WHERE {key} BETWEEN {self.first_order} AND {last}")

    async def _orders(self, first: int, end: int) -> None:
        copies = await self._copies()
        for name in _ORDER_DATABASES:
            async with self._shop.mesh.database(f"easyorder_{name}") as database:
                # Straight to the tables: nothing is to go through the change log.
                await database.execute(_NO_TRIGGERS)
                for table, key in await _tables(database):
                    rows = await database.fetch(f"SELECT * FROM {table} WHERE {key} = {copies.template} ORDER BY ctid")
                    columns = await database.fetch(_COLUMNS, table)
                    for row in range(len(rows)):
                        await database.execute(copies.insert(table, columns, row, rows), first, end - 1)

    async def _copies(self) -> _Copies:
        async with self._shop.mesh.database("easyorder_order_write") as database:
            template = await database.fetchrow(_TEMPLATE)
            if self.first_order == 0:
                self.first_order = await _reserved(database, "order_hilo", self._most)
                self._first_part = await _reserved(database, "order_item_hilo", 10 * self._most)
        return _Copies(
            template["id"], template["created_by"], template["placed_at"], self.first_order, self._first_part
        )

    async def _products(self, first: int, count: int) -> None:
        host = f"?host={self._shop.postgres_dir}"
        write, read = (
            make_engine(f"postgresql+asyncpg://postgres@/easyorder_inventory_{side}{host}", application_name="bench")
            for side in ("write", "read")
        )
        try:
            await fill(write, count, first=first, pieces=PIECES)
            await self._copy_products(first, count)
            await rebuild_documents(read, batch=_DOCUMENTS)
        finally:
            await write.dispose()
            await read.dispose()

    async def _copy_products(self, first: int, count: int) -> None:
        """All tables as they are: their ids are those of products, or two for each product."""
        mesh = self._shop.mesh
        async with (
            mesh.database("easyorder_inventory_write") as write,
            mesh.database("easyorder_inventory_read") as read,
        ):
            for name, table in COPIED.items():
                columns = [column.name for column in table.columns]
                each = 1 if name in ("product", "variation") else 2
                ids = f"BETWEEN {each * first - each + 1} AND {each * (first + count - 1)}"
                with tempfile.TemporaryFile() as file:
                    query = f"SELECT {', '.join(columns)} FROM {name} WHERE id {ids}"
                    await write.copy_from_query(query, output=file, format="binary")
                    file.seek(0)
                    await read.copy_to_table(name, source=file, columns=columns, format="binary")


async def _tables(database: asyncpg.Connection) -> list[tuple[str, str]]:
    """Those of orders, and the column with the number of the order."""
    return [(row["name"], row["key"]) for row in await database.fetch(_TABLES)]


async def _reserved(database: asyncpg.Connection, sequence: str, count: int) -> int:
    """The first of `count` ids that nobody else gets (HiLo)."""
    block: int = await database.fetchval(f"SELECT nextval('{sequence}')")
    await database.execute(f"SELECT setval('{sequence}', {block + count // HILO_BLOCK + 1})")
    return block * HILO_BLOCK
