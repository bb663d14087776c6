"""Builds a sales report from the events at RabbitMQ: each event counts once, and those of an order in their order.

BROKER_URL=amqp://guest:guest@127.0.0.1:5672/ python examples/python/sales_report.py sales.sqlite

Reads the stream of all events from where it was, and prints the report when nothing has come for a second. What an
event changes is stored in one transaction with the place in the stream: killed at any moment, it goes on from there.
Events that are published again have a sequence that their order has had.
"""

import asyncio
import os
import sqlite3
import sys
from datetime import UTC
from decimal import Decimal
from pathlib import Path
from typing import Any

import aio_pika
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

BROKER = os.environ.get("BROKER_URL", "amqp://guest:guest@127.0.0.1:5672/")
IDLE_S = float(os.environ.get("IDLE_S", "1"))
CONTRACT = Path(__file__).resolve().parents[2] / "gen/easyorder/contract.binpb"
STREAM = "easyorder.events.stream"

# Amounts are in billionths: nothing is rounded.
TABLES = """
CREATE TABLE IF NOT EXISTS place (next_offset INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, is_paid INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS movement (
    order_id INTEGER, sequence INTEGER, day TEXT, currency TEXT, paid INTEGER, refunded INTEGER,
    PRIMARY KEY (order_id, sequence)
);
"""
REPORT = """
SELECT day, currency, count(paid), coalesce(sum(paid), 0), coalesce(sum(refunded), 0)
FROM movement GROUP BY day, currency ORDER BY day, currency
"""


class Contract:
    """The messages of the contract, as any language makes them of the files in proto/."""

    def __init__(self, file: Path) -> None:
        self._pool = DescriptorPool()
        for part in FileDescriptorSet.FromString(file.read_bytes()).file:
            self._pool.Add(part)
        self._cloud_event = self._message("io.cloudevents.v1.CloudEvent")
        self._event = self._message("easyorder.internal.order.v1.Event")

    def event(self, body: bytes) -> Any:
        event = self._event()
        self._cloud_event.FromString(body).proto_data.Unpack(event)
        return event

    def name(self, enum: str, value: int) -> str:
        known = self._pool.FindEnumTypeByName(enum).values_by_number.get(value)
        return known.name if known else ""

    def _message(self, name: str) -> Any:
        return GetMessageClass(self._pool.FindMessageTypeByName(name))


class Sales:
    """What is known of the orders, in a file."""

    def __init__(self, file: str, contract: Contract) -> None:
        self._contract = contract
        # Nothing is lost once it is committed, whatever is killed then.
        self._file = sqlite3.connect(file, isolation_level=None)
        self._file.executescript(TABLES)

    @property
    def next_offset(self) -> int | None:
        found = self._file.execute("SELECT next_offset FROM place").fetchone()
        return found[0] if found else None

    def take(self, event: Any, offset: int) -> None:
        """In one transaction: what the event changes, and that it was taken."""
        self._file.execute("BEGIN IMMEDIATE")
        known = self._file.execute("SELECT sequence, is_paid FROM orders WHERE id = ?", [event.order_id]).fetchone()
        sequence, is_paid = known or (event.sequence - 1, 0)
        if event.sequence > sequence + 1:
            sys.exit(f"order {event.order_id} misses what came after event {sequence}")
        # An earlier one has been published again.
        if event.sequence == sequence + 1:
            is_paid = self._count(event, bool(is_paid))
            state = [event.order_id, event.sequence, is_paid]
            self._file.execute("INSERT OR REPLACE INTO orders VALUES (?, ?, ?)", state)
        self._file.execute("DELETE FROM place")
        self._file.execute("INSERT INTO place VALUES (?)", [offset + 1])
        self._file.execute("COMMIT")

    def report(self) -> list[tuple[str, str, int, Decimal, Decimal]]:
        """Day, currency, orders paid, what was paid, and what was given back."""
        rows = self._file.execute(REPORT).fetchall()
        return [(*row[:3], *(Decimal(amount).scaleb(-9) for amount in row[3:])) for row in rows]

    def _count(self, event: Any, is_paid: bool) -> bool:
        """Whether the order is paid now."""
        content = event.WhichOneof("content")
        if content == "order_status_changed":
            status = self._contract.name("easyorder.order.v1.OrderStatus", event.order_status_changed.to_status)
            # What is paid in cash is paid when it is delivered.
            if not is_paid and status in ("ORDER_STATUS_PAID", "ORDER_STATUS_DELIVERED"):
                self._move(event, event.order_status_changed.total_amount, "paid")
                return True
        elif content == "payment_refund":
            refund = event.payment_refund
            if self._contract.name("easyorder.order.v1.RefundState", refund.state) == "REFUND_STATE_GIVEN":
                self._move(event, refund.amount, "refunded")
        return is_paid

    def _move(self, event: Any, money: Any, column: str) -> None:
        day = event.event_time.ToDatetime(tzinfo=UTC).date().isoformat()
        amount = money.units * 10**9 + money.nanos
        statement = f"INSERT INTO movement (order_id, sequence, day, currency, {column}) VALUES (?, ?, ?, ?, ?)"
        self._file.execute(statement, [event.order_id, event.sequence, day, money.currency_code, amount])


async def follow(sales: Sales, contract: Contract) -> None:
    """Takes what there is, until nothing comes for a while."""
    arrived: asyncio.Queue[Any] = asyncio.Queue()
    async with await aio_pika.connect(BROKER) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=200)
        stream = await channel.get_queue(STREAM)
        start = sales.next_offset
        await stream.consume(arrived.put, arguments={"x-stream-offset": "first" if start is None else start})
        while True:
            try:
                message = await asyncio.wait_for(arrived.get(), IDLE_S)
            except TimeoutError:
                return
            sales.take(contract.event(message.body), int(message.headers["x-stream-offset"]))
            await message.ack()


def main() -> None:
    contract = Contract(CONTRACT)
    sales = Sales(sys.argv[1], contract)
    asyncio.run(follow(sales, contract))
    for day, currency, orders, paid, refunded in sales.report():
        print(f"{day} {currency}: {orders} orders, {paid:.2f} paid, {refunded:.2f} refunded")


if __name__ == "__main__":
    main()
