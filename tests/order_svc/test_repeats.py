"""Equal requests at the same time, on two replicas: one effect, and the repeat gets the response of the first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chassis.alerts import Alerts
from chassis.clock import SystemClock
from chassis.errors import RequestIdReused
from chassis.mediator import Mediator
from chassis.money import Money
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.handlers import handle_commands
from order_svc.commands.refund_order import RefundOrder
from order_svc.commands.set_order_status import SetOrderStatus
from order_svc.commands.update_order import UpdateOrder
from order_svc.domain.status import PaymentMethod, Status
from tests.builders.order import OrderBuilder, an_item, an_order
from tests.fakes.chassis import request_key
from tests.order_svc.order_app import BACKOFF, SqlOrderApp
from tests.overlapping import SlowUnitsOfWork, overlapping

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
    "ship": (lambda: an_order().paid(), lambda **of: SetOrderStatus(status=Status.SHIPPED, **of)),
    "deliver the version that was read": (
        lambda: an_order().paid().shipped(),
        lambda **of: SetOrderStatus(status=Status.DELIVERED, etag=FIRST_VERSION, **of),
    ),
    "update the version that was read": (
        lambda: an_order(items=(an_item(quantity=3), an_item(product_item_id=2)), method=PaymentMethod.CASH),
        lambda **of: UpdateOrder(lines=((1, 2),), etag=FIRST_VERSION, item_ids=(901,), transaction_id="t-901", **of),
    ),
}


@pytest.fixture
def slow(sql_app: SqlOrderApp) -> SlowUnitsOfWork:
    return SlowUnitsOfWork(sql_app.open_uow)


@pytest.fixture
def other_replica(slow: SlowUnitsOfWork) -> Mediator[Any]:
    mediator: Mediator[Any] = Mediator(slow, service="order")
    handle_commands(mediator, clock=SystemClock(), backoff=BACKOFF, payment_timeout_s=10, alerts=Alerts("", {}))
    return mediator


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
