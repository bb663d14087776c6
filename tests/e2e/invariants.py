"""The invariants of a mesh at rest (I1 to I5 of the design), checked in its databases from outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import AbstractAsyncContextManager
from decimal import Decimal
from typing import Protocol

import asyncpg

from order_svc.order_ids import OrderIds


class Databases(Protocol):
    """Whatever has the databases of a mesh."""

    def database(self, name: str) -> AbstractAsyncContextManager[asyncpg.Connection]: ...


_STOCK = """
SELECT i.id, i.on_hand, i.reserved, coalesce(held.pieces, 0) AS held
FROM inventory AS i LEFT JOIN (
    SELECT line.product_item_id,
           sum(line.quantity - CASE r.state WHEN 'BACKORDERED' THEN line.backordered ELSE 0 END) AS pieces,
           sum(CASE r.state WHEN 'BACKORDERED' THEN line.backordered ELSE 0 END) AS waiting
    FROM reservation_line AS line JOIN reservation AS r USING (order_id)
    WHERE r.state IN ('HELD', 'BACKORDERED') GROUP BY line.product_item_id
) AS held ON held.product_item_id = i.id
WHERE i.initial + i.adjusted + i.restocked <> i.on_hand + i.sold
   OR i.reserved < 0 OR i.reserved > i.on_hand OR i.reserved <> coalesce(held.pieces, 0)
   OR i.backordered <> coalesce(held.waiting, 0) OR (i.backordered > 0 AND i.reserved < i.on_hand)
"""
# What is paid in cash is sold before it is paid.
_IS_SOLD = "(o.status IN ('PAID', 'SHIPPED', 'DELIVERED') OR (o.status = 'CONFIRMED' AND p.method = 'CASH'))"
_ORDERS = f"""
SELECT o.id, o.status, {_IS_SOLD} AS sold, o.sequence, p.transaction_id, p.amount, p.method,
       (SELECT coalesce(sum(r.amount), 0) FROM refund AS r WHERE r.order_id = o.id AND r.done_at IS NOT NULL) AS given,
       (SELECT array_agg(e.sequence ORDER BY e.sequence) FROM outbox AS e WHERE e.aggregate_id = o.id) AS events
FROM orders AS o JOIN payment AS p ON p.id = o.id
"""
_ORDERED = """
SELECT order_id, product_item_id AS item, quantity, returned, discount, quantity * unit_price - discount AS value
FROM order_item WHERE NOT is_deleted
"""
_RESERVED = "SELECT order_id, product_item_id AS item, quantity, returned FROM reservation_line"
_MISCOUNTED = """
SELECT code, uses FROM incentive AS i WHERE uses <> (SELECT count(*) FROM redemption WHERE incentive_id = i.id)
"""
_REDEEMED = "SELECT incentive_id, order_id FROM redemption"
_GRANTED = """
SELECT CAST(d->>'incentive_id' AS bigint) AS incentive_id, order_id
FROM reservation CROSS JOIN jsonb_array_elements(discounts) AS d
WHERE state NOT IN ('RELEASED', 'EXPIRED') AND d->>'incentive_id' IS NOT NULL
"""
_GIVEN_OFF = """
SELECT order_id, d->>'code' AS code,
       (SELECT sum(CAST(share AS numeric)) FROM jsonb_array_elements_text(d->'shares') AS share) AS amount
FROM reservation CROSS JOIN jsonb_array_elements(discounts) AS d
"""
_TAKEN_OFF = "SELECT order_id, code, amount FROM order_discount WHERE NOT is_deleted"
_LEDGER = """
SELECT transaction_id, count(*) FILTER (WHERE kind = 'CHARGE') AS charges,
       sum(CASE kind WHEN 'CHARGE' THEN amount WHEN 'REFUND' THEN -amount ELSE 0 END) AS net
FROM ledger_entry GROUP BY transaction_id
"""
_UNFINISHED = "SELECT count(*) FROM job WHERE state IN ('READY', 'RUNNING')"
_MOVING = f"""
SELECT count(*) FROM orders AS o JOIN payment AS p ON p.id = o.id
WHERE NOT {_IS_SOLD} AND o.status NOT IN ('CANCELLED', 'FAILED')
"""


async def at_rest(mesh: Databases) -> bool:
    """No order moves by itself any more, no job is left to do, and the read side has all."""
    async with mesh.database("easyorder_order_write") as orders:
        moving = await orders.fetchval(_MOVING)
        waiting = await orders.fetchval(_UNFINISHED)
        # Last: what is at rest brings no further change.
        unread = await orders.fetchval("SELECT count(*) FROM change_log")
    return not (moving or waiting or unread)


async def order_ids(mesh: Databases) -> OrderIds:
    """Tells which order is meant by an id that clients were told."""
    async with mesh.database("easyorder_order_write") as orders:
        return OrderIds(await orders.fetchval("SELECT key FROM order_id_key"))


async def check(mesh: Databases, acknowledged: Collection[str] = (), *, restored: bool = False) -> None:
    """Raises AssertionError for whatever does not hold. `acknowledged` are ids of orders that clients were told of.

    `restored`: a stopped order may be without a reservation, because inventory_svc was set back to before it.
    """
    async with mesh.database("easyorder_inventory_write") as inventory:
        wrong = await inventory.fetch(_STOCK)
        assert not wrong, f"I1 stock: {wrong}"
        reservations = {
            row["order_id"]: row["state"] for row in await inventory.fetch("SELECT order_id, state FROM reservation")
        }
        reserved = _by_order(await inventory.fetch(_RESERVED))
        miscounted = await inventory.fetch(_MISCOUNTED)
        assert not miscounted, f"codes are not used as often as they say: {miscounted}"
        redeemed, granted = [{tuple(row) for row in await inventory.fetch(query)} for query in (_REDEEMED, _GRANTED)]
        assert redeemed == granted, f"codes: redeemed {redeemed - granted}, not redeemed {granted - redeemed}"
        given_off = _codes_by_order(await inventory.fetch(_GIVEN_OFF))
    async with mesh.database("easyorder_payment") as payment:
        ledger = {row["transaction_id"]: row for row in await payment.fetch(_LEDGER)}
    async with mesh.database("easyorder_order_write") as orders:
        rows = await orders.fetch(_ORDERS)
        ordered = _by_order(lines := await orders.fetch(_ORDERED))
        taken_off = _codes_by_order(await orders.fetch(_TAKEN_OFF))
    value: defaultdict[int, Decimal] = defaultdict(Decimal)
    off: defaultdict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        value[line["order_id"]] += line["value"]
        off[line["order_id"]] += line["discount"]
    known = {row["id"] for row in rows}
    ids = await order_ids(mesh)
    lost = {id for id in acknowledged if ids.order_number(id) not in known}
    assert not lost, f"I3 lost orders: {lost}"
    for row in rows:
        entry = ledger.get(row["transaction_id"])
        net, charges = (entry["net"], entry["charges"]) if entry else (0, 0)
        assert charges <= 1, f"I2 charged {charges} times: {row}"
        sold = row["sold"]
        due = row["amount"] - row["given"] if sold and row["method"] != "CASH" else 0
        assert net == due, f"I2 money: {row}, ledger {entry}"
        assert value[row["id"]] == row["amount"], f"I2 the items cost {value[row['id']]}: {row}"
        codes = taken_off[row["id"]]
        assert off[row["id"]] == sum(codes.values()), f"I2 the items get {off[row['id']]} off, by code {codes}: {row}"
        assert row["events"] == list(range(1, row["sequence"] + 1)), f"I4 events: {row}"
        expected = {"COMMITTED"} if sold else {"RELEASED", "EXPIRED", None if restored else "RELEASED"}
        state = reservations.get(row["id"])
        assert state in expected, f"I1 {row}: reservation is {state}"
        if sold:
            assert reserved[row["id"]] == ordered[row["id"]], f"I1 sold is not what was ordered: {row}"
            assert given_off[row["id"]] == codes, f"I2 it got {given_off[row['id']]} off, and says {codes}: {row}"
    of_orders = {row["transaction_id"] for row in rows}
    unowned = {id: entry for id, entry in ledger.items() if id not in of_orders and entry["net"]}
    assert not unowned, f"I2 money for no order: {unowned}; {await _known_of(mesh, unowned)}"
    strays = {id for id, state in reservations.items() if state == "COMMITTED"} - known
    assert not strays, f"I1 sold without an order: {strays}"
    async with mesh.database("easyorder_order_read") as read:
        shown = {row["id"]: row["status"] for row in await read.fetch("SELECT id, status FROM orders")}
    assert shown == {row["id"]: row["status"] for row in rows}, "I5 the read side is not what the write side is"


async def _known_of(mesh: Databases, transactions: Collection[str]) -> list[str]:
    """The jobs of these transactions, and the orders that they paid before."""
    named = [f"%{id}%" for id in transactions]
    async with mesh.database("easyorder_order_write") as orders:
        jobs = await orders.fetch(
            "SELECT id, kind, key, state, attempts, last_error, discard_reason, payload FROM job "
            "WHERE CAST(payload AS text) LIKE ANY($1) ORDER BY id",
            named,
        )
        earlier = await orders.fetch(
            "SELECT id, status, revision, earlier_payments FROM orders "
            "WHERE CAST(earlier_payments AS text) LIKE ANY($1)",
            named,
        )
    return [str(dict(row)) for row in (*jobs, *earlier)]


def _codes_by_order(discounts: Iterable[asyncpg.Record]) -> defaultdict[int, dict[str, Decimal]]:
    """What each code takes off; the empty one stands for points."""
    found: defaultdict[int, dict[str, Decimal]] = defaultdict(dict)
    for discount in discounts:
        found[discount["order_id"]][discount["code"]] = discount["amount"]
    return found


def _by_order(lines: Iterable[asyncpg.Record]) -> dict[int, set[tuple[int, int, int]]]:
    """Items, pieces, and how many of them came back."""
    found: defaultdict[int, set[tuple[int, int, int]]] = defaultdict(set)
    for line in lines:
        found[line["order_id"]].add((line["item"], line["quantity"], line["returned"]))
    return found
