"""The minimal order on this database server: pgbench, two transactions, tables without anything else.

One reserves three of 900 items; the other writes order, three items and payment. There is no authentication, charge,
notification or log, and nothing is read back: this is the server's maximum if each order is handled separately.
"""

from __future__ import annotations

import re
from pathlib import Path

import asyncpg

from bench.load import output
from deploy.local.postgres import INSTALLATION

DATABASE = "bench"
SCRIPT = Path(__file__).with_suffix(".sql")
TABLES = """
CREATE TABLE stock (id bigint PRIMARY KEY, on_hand bigint NOT NULL, reserved bigint NOT NULL);
CREATE TABLE reservation (order_id bigint PRIMARY KEY, lines jsonb NOT NULL);
CREATE TABLE orders (id bigint PRIMARY KEY, status text NOT NULL, owner text NOT NULL,
    placed_at timestamptz NOT NULL DEFAULT now());
CREATE TABLE order_item (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, order_id bigint NOT NULL REFERENCES orders,
    product_item_id bigint NOT NULL, quantity integer NOT NULL, unit_price numeric(18, 2) NOT NULL);
CREATE TABLE payment (order_id bigint PRIMARY KEY REFERENCES orders,
    transaction_id uuid NOT NULL UNIQUE, amount numeric(18, 2) NOT NULL);
INSERT INTO stock SELECT n, 1000000000, 0 FROM generate_series(1, 900) AS n;
"""


async def prepare(socket_dir: str) -> None:
    """Makes the database."""
    for database, statements in (("postgres", f"CREATE DATABASE {DATABASE}"), (DATABASE, TABLES)):
        connection = await asyncpg.connect(host=socket_dir, user="postgres", database=database)
        try:
            await connection.execute(statements)
        finally:
            await connection.close()


async def per_second(socket_dir: str, *, clients: int, seconds: int) -> float:
    """Minimal orders per second with `connections` connections."""
    command = [str(INSTALLATION / "bin/pgbench"), "-h", socket_dir, "-U", "postgres", "-n", "-M", "prepared"]
    said = await output([*command, "-c", str(clients), "-T", str(seconds), "-f", str(SCRIPT), DATABASE])
    found = re.search(r"tps = ([\d.]+)", said)
    assert found, said
    return float(found[1])
