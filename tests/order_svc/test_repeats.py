"""Equal requests at the same time, on two replicas: one effect, and the repeat gets the response of the first."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from chassis.alerts import Alerts
from chassis.clock import SystemClock
from chassis.errors import RequestIdReused
from chassis.mediator import Mediator
from chassis.money import Money
from order_svc.adapters.write_side import WriteSideOrders
from order_svc.commands import jobs
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.deliver_order import DeliverOrder
from order_svc.commands.handlers import handle_commands
from order_svc.commands.refund_order import RefundOrder
from order_svc.commands.ship_order import ShipOrder
from order_svc.commands.update_order import UpdateOrder
from order_svc.domain.inventory import HoldRequest, OutOfStock
from order_svc.domain.status import PaymentMethod
from order_svc.domain.views import OrderView
from order_svc.sagas.amendments import Amendments
from order_svc.sagas.shipping import Shipping
from order_svc.sagas.stock_jobs import StockJobs
from tests.builders.order import PARCEL, OrderBuilder, an_item, an_order
from tests.fakes.chassis import request_key
from tests.fakes.order import FakeInventory
from tests.order_svc.order_app import ACTION_TIME, BACKOFF, SqlOrderApp
from tests.overlapping import SlowCommits, SlowUnitsOfWork, locks_waited_for, overlapping
from tests.polling import eventually

FIRST_VERSION = "1"

# Each of them is refused when it comes after itself.
COMMANDS: dict[str, tuple[Callable[[], OrderBuilder], Callable[..., Any]]] = {
    "cancel": (an_order, lambda **of: CancelOrder(reason="late", **of)),
    "refund all": (lambda: an_order().paid().shipped(), lambda **of: RefundOrder(reason="broken", **of)),
    "refund an amount": (
        lambda: an_order().paid().shipped(),
        lambda **of: RefundOrder(reason="broken", amount=Money.of("15.00", "USD"), **of),
    ),
    "return a piece": (
        lambda: an_order(items=(an_item(quantity=1),)).paid().shipped(),
        lambda **of: RefundOrder(reason="broken", items=((1, 1),), **of),
    ),
    "ship": (lambda: an_order().paid(), lambda **of: ShipOrder(parcel=PARCEL, **of)),
    "deliver the version that was read": (
        lambda: an_order().paid().shipped(),
        lambda **of: DeliverOrder(etag=FIRST_VERSION, **of),
    ),
    "update the version that was read": (
        lambda: an_order(items=(an_item(quantity=3), an_item(product_item_id=2)), method=PaymentMethod.CASH),
        lambda **of: UpdateOrder(lines=((1, 2),), etag=FIRST_VERSION, item_ids=(901,), transaction_id="t-901", **of),
    ),
}


class _Ids:
    def __init__(self) -> None:
        self._ids = itertools.count(100_000)

    def skip(self, taken: int) -> None:
        raise AssertionError("no id is taken here")

    async def next(self) -> int:
        return next(self._ids)


@dataclass(frozen=True)
class _Replica:
    mediator: Mediator[Any]
    orders: WriteSideOrders
    inventory: FakeInventory

    @property
    def amendments(self) -> Amendments:
        return Amendments(self.mediator, self.orders, self.inventory, order_ids=_Ids(), item_ids=_Ids())


async def _update(at: _Replica, order_id: int) -> OrderView:
    return await at.amendments.update(order_id, ((1, 3),), etag="", request=request_key())


async def _retry_payment(at: _Replica, order_id: int) -> OrderView:
    return await at.amendments.retry_payment(order_id, PaymentMethod.CARD, "tok_ok", request=request_key())


async def _ship(at: _Replica, order_id: int) -> OrderView:
    command = ShipOrder(order_id=order_id, parcel=PARCEL, request=request_key())
    return await Shipping(at.mediator, at.orders, StockJobs(at.mediator, at.inventory)).ship(command)


# Each calls this method of inventory_svc before it changes the order.
SAGAS: dict[str, tuple[Callable[[], OrderBuilder], str, Callable[..., Coroutine[Any, Any, OrderView]]]] = {
    "update": (lambda: an_order(method=PaymentMethod.CASH), "reserve", _update),
    "retry the payment": (lambda: an_order().refused(), "amend", _retry_payment),
    "ship": (lambda: an_order().paid(), "commit", _ship),
}


def replica(open_uow: Any) -> Mediator[Any]:
    mediator: Mediator[Any] = Mediator(open_uow, service="order")
    handle_commands(
        mediator,
        clock=SystemClock(),
        backoff=BACKOFF,
        payment_timeout_s=10,
        payment_action=ACTION_TIME,
        alerts=Alerts("", {}),
    )
    return mediator


@pytest.fixture
def slow(sql_app: SqlOrderApp) -> SlowUnitsOfWork:
    return SlowUnitsOfWork(sql_app.open_uow)


@pytest.fixture
def other_replica(slow: SlowUnitsOfWork) -> Mediator[Any]:
    return replica(slow)


@pytest.mark.parametrize("name", COMMANDS)
async def test_a_repeat_at_the_same_time_gets_the_first_response(
    sql_app: SqlOrderApp, other_replica: Mediator[Any], slow: SlowUnitsOfWork, name: str
) -> None:
    order, make = COMMANDS[name]
    order_id = await sql_app.given(order())
    command = make(order_id=order_id, request=request_key())

    first, repeat = await overlapping(slow, other_replica.send(command), sql_app.send(command))

    assert repeat == first
    assert (await sql_app.order(order_id)).view().etag == "2"


async def test_a_refused_request_with_a_key_of_another_body_is_told_so(
    sql_app: SqlOrderApp, other_replica: Mediator[Any], slow: SlowUnitsOfWork
) -> None:
    order_id = await sql_app.given(an_order())
    first = CancelOrder(order_id=order_id, reason="late", request=request_key())
    other = CancelOrder(order_id=order_id, reason="another reason", request=request_key(body="another"))

    with pytest.raises(RequestIdReused):
        await overlapping(slow, other_replica.send(other), sql_app.send(first))

    assert (await sql_app.order(order_id)).cancel_reason == "late"


@pytest.mark.parametrize("name", SAGAS)
async def test_a_repeat_that_inventory_refuses_gets_the_response_of_the_first_which_is_about_to_commit(
    sql_app: SqlOrderApp, name: str
) -> None:
    order, method, call = SAGAS[name]
    order_id = await sql_app.given(order())
    async with sql_app.open_uow() as uow:
        uow.schedule(jobs.commit_stock(await sql_app.order(order_id)))
        await uow.commit()
    orders, inventory = WriteSideOrders(sql_app.engine), FakeInventory(sql_app.clock)
    await inventory.reserve(HoldRequest(order_id=order_id, key="first", user_id="", currency="USD", lines=((1, 2),)))
    answer, slow_commits, first = getattr(inventory, method), SlowCommits(sql_app.open_uow), []

    async def refuse(*_: Any, **__: Any) -> None:
        setattr(inventory, method, answer)
        first.append(asyncio.create_task(call(_Replica(replica(slow_commits), orders, inventory), order_id)))
        await slow_commits.reached.wait()
        raise OutOfStock("others were faster")

    async def refused_or_waiting() -> bool:
        return repeat.done() or bool(await locks_waited_for(sql_app.engine))

    setattr(inventory, method, refuse)
    repeat = asyncio.create_task(call(_Replica(sql_app.mediator, orders, inventory), order_id))
    await slow_commits.reached.wait()
    await eventually(refused_or_waiting)
    slow_commits.go.set()

    assert await repeat == await first[0]
    assert (await sql_app.order(order_id)).view().etag == "2"
