"""The example consumer: its report counts each event once, killed or not, and is what the shop's own report says."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from easyorder.google.type import Money
from easyorder.order.v1 import Order, OrderEvent, OrderStatus, OrderStatusChanged, PaymentRefund, RefundState

from broker.topology import STREAM
from chassis.events import Event
from chassis.wire import codec
from deploy.local.shop import Shop
from order_svc.adapters.broker_publisher import BrokerPublisher
from tests.broker.rabbitmq import RabbitMq, a_broker
from tests.broker.test_order_events import running
from tests.e2e.conftest import SETTINGS, a_shopper
from tests.e2e.running_mesh import ROOT, running_mesh
from tests.e2e.test_after_sales import PARCEL, call, status_is
from tests.e2e.test_books import in_cash, line, priced
from tests.fakes.feed import InMemoryFeed
from tests.fakes.publisher_lease import InMemoryLease
from tests.folders import data_folder
from tests.polling import eventually

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINE = re.compile(r"(\S+) (\S+): (\d+) orders, (\S+) paid, (\S+) refunded")


def eur(cents: int) -> Money:
    return Money(currency_code="EUR", units=cents // 100, nanos=cents % 100 * 10_000_000)


def life_of(order_id: int) -> list[Event]:
    """An order that is confirmed, paid, told about once more, and partly refunded."""
    order = Order(total_amount=eur(1000 + order_id))

    def to(status: OrderStatus) -> OrderEvent:
        return OrderEvent(order_status_changed=OrderStatusChanged(to_status=status, order=order))

    refund = OrderEvent(payment_refund=PaymentRefund(amount=eur(250), state=RefundState.GIVEN))
    contents = [
        ("order_status_changed", to(OrderStatus.CONFIRMED)),
        ("order_status_changed", to(OrderStatus.PAID)),
        ("order_status_changed", to(OrderStatus.PAID)),
        ("payment_refund", refund),
    ]
    return [
        Event(
            kind=kind,
            aggregate_id=order_id,
            sequence=sequence,
            owner="ann",
            owner_team=None,
            occurred_on=AT,
            payload={},
            content=codec(OrderEvent).encode(content),
        )
        for sequence, (kind, content) in enumerate(contents, 1)
    ]


async def consumer(broker: RabbitMq, file: Path, *, idle_s: float = 1) -> asyncio.subprocess.Process:
    environment = os.environ | {"BROKER_URL": broker.url.get_secret_value(), "IDLE_S": str(idle_s)}
    example = str(ROOT / "examples/python/sales_report.py")
    return await asyncio.create_subprocess_exec(
        sys.executable, example, str(file), env=environment, stdout=subprocess.PIPE
    )


async def report(broker: RabbitMq, file: Path) -> list[tuple[str, ...]]:
    process = await consumer(broker, file)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0
    return [found.groups() for found in LINE.finditer(said.decode())]


@pytest.mark.soak
async def test_each_event_counts_once_although_the_consumer_is_killed_and_all_is_published_again(
    rabbitmq: RabbitMq, tmp_path: Path
) -> None:
    feed, orders, file = InMemoryFeed(), 100, tmp_path / "sales.sqlite"
    lives = [life_of(order_id) for order_id in range(1, orders + 1)]
    feed.publish([event for turn in zip(*lives, strict=True) for event in turn])
    paid = sum(1000 + order_id for order_id in range(1, orders + 1))
    expected = [("2026-03-01", "EUR", str(orders), f"{paid / 100:.2f}", f"{orders * 250 / 100:.2f}")]
    for _ in range(2):
        lease = InMemoryLease()
        async with running(BrokerPublisher(feed, lease, rabbitmq.url, name="order")):
            await eventually(lambda lease=lease: lease.row.position == orders * 4, timeout_s=20)  # type: ignore[misc]

        killed = await consumer(rabbitmq, file, idle_s=60)
        before = _changed(file)
        await eventually(lambda before=before: _changed(file) > before, timeout_s=20)  # type: ignore[misc]
        killed.send_signal(signal.SIGKILL)
        await killed.wait()

        assert await report(rabbitmq, file) == expected


def _changed(file: Path) -> int:
    return file.stat().st_mtime_ns if file.exists() else 0


@pytest.fixture
def late_broker() -> Iterator[RabbitMq]:
    """One that is not there yet."""
    with a_broker() as broker:
        broker.kill()
        yield broker


@pytest.mark.soak
@pytest.mark.timeout(180)
async def test_the_shop_sells_while_the_broker_is_away_and_all_of_it_is_published_later(
    late_broker: RabbitMq, tmp_path: Path
) -> None:
    settings = SETTINGS | {"BROKER_URL": late_broker.url.get_secret_value(), "ORDER_EVENTS": "broker"}
    with data_folder() as folder, running_mesh(folder, settings) as mesh:
        async with Shop.client(mesh.url) as http:
            admin, shopper = await Shop(http).login("admin@example.com", "Admin123!"), await a_shopper(http)
            _, [item] = await priced(admin, "12.50")
            paid = [(await shopper.order({item: n}, "tok_ok"))["id"] for n in (1, 2, 3)]
            for id in paid:
                await status_is(shopper, id, "PAID")
            cash = (await call(http, shopper, "POST", "/orders", in_cash([line(item, 4)])))["id"]
            for verb, body in (("ship", {"shipment": PARCEL}), ("deliver", {})):
                await eventually(lambda verb=verb, body=body: _done(http, admin, cash, verb, body), timeout_s=20)  # type: ignore[misc]
            refund = {
                "requestId": uuid.uuid4().hex,
                "reason": "a scratch",
                "amount": {"currencyCode": "USD", "units": "5"},
            }
            await call(http, admin, "POST", f"/admin/orders/{paid[2]}:refund", refund)
            day = datetime.now(UTC).date().isoformat()
            own = (await call(http, admin, "GET", f"/admin/reports/daily?date={day}"))["currencies"][0]

            await late_broker.start()
            await eventually(lambda: late_broker.has(STREAM), timeout_s=60)
            expected: list[tuple[str, ...]] = [(day, "USD", "4", "125.00", "5.00")]
            await eventually(lambda: _reports(late_broker, tmp_path, expected), timeout_s=60)

    assert (own["orders"], _amount(own["revenue"]), _amount(own["refunds"])) == (4, 125, 5)


async def _done(http: Any, admin: Shop, id: str, verb: str, body: dict[str, Any]) -> bool:
    answer = await http.post(f"/api/v1/admin/orders/{id}:{verb}", json=body, headers=admin.headers)
    return bool(answer.status_code == 200)


async def _reports(broker: RabbitMq, folder: Path, expected: list[tuple[str, ...]]) -> bool:
    return await report(broker, folder / "sales.sqlite") == expected


def _amount(money: dict[str, Any]) -> int:
    return int(money["units"])
