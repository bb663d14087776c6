"""ReturnLateCharge: only a charge that pays for nothing goes back, by one job however often it is reported."""

from __future__ import annotations

import asyncio

from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.record_payment import RecordPayment
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.return_late_charge import ReturnLateCharge
from order_svc.domain.status import PaymentMethod, PaymentOutcome, Status
from tests.builders.order import AT
from tests.order_svc.order_app import OrderApp
from tests.order_svc.test_record_payment import a_charge_under_way

REPORTED = ReturnLateCharge(order_id=1, transaction_id="t-1")


async def ended(app: OrderApp, outcome: PaymentOutcome) -> None:
    lease = await a_charge_under_way(app)
    await app.send(RecordPayment(lease=lease, order_id=1, transaction_id="t-1", outcome=outcome, why="declined"))


async def late(app: OrderApp) -> list[str]:
    return [job.key for job in await app.jobs() if job.key.endswith("/late")]


async def test_a_charge_after_a_refusal_goes_back_by_one_job(order_app: OrderApp) -> None:
    await ended(order_app, PaymentOutcome.REFUSED)
    order = await order_app.order(1)

    # Messages come more than once, to several replicas.
    assert await asyncio.gather(*(order_app.send(REPORTED) for _ in range(3))) == [True] * 3

    assert await late(order_app) == ["t-1/late"]
    returned = {job.key: job.payload for job in await order_app.jobs() if job.kind == "return_money"}
    assert returned["t-1/late"] == returned["t-1/all"]
    assert await order_app.order(1) == order


async def test_a_charge_of_a_cancelled_order_goes_back(order_app: OrderApp) -> None:
    await a_charge_under_way(order_app)
    await order_app.send(CancelOrder(order_id=1, reason="late"))

    assert await order_app.send(REPORTED)
    assert await late(order_app) == ["t-1/late"]


async def test_what_pays_the_order_stays(order_app: OrderApp) -> None:
    await ended(order_app, PaymentOutcome.CHARGED)
    assert not await order_app.send(REPORTED)

    await order_app.send(CancelOrder(order_id=1, reason="late"))
    # Its refund is promised already.
    assert not await order_app.send(REPORTED)
    assert await late(order_app) == []


async def test_what_is_still_awaited_stays(order_app: OrderApp) -> None:
    await a_charge_under_way(order_app)

    assert not await order_app.send(REPORTED)
    assert not await order_app.send(ReturnLateCharge(order_id=2, transaction_id="t-1"))
    assert await late(order_app) == []


async def test_a_charge_that_another_payment_has_replaced_goes_back_unless_it_did(order_app: OrderApp) -> None:
    await ended(order_app, PaymentOutcome.REFUSED)
    async with order_app.open_uow() as uow:
        order = (await uow.orders.find([1]))[1]
        uow.emit(*order.retry_payment(method=PaymentMethod.CARD, transaction_id="t-2", at=AT))
        await uow.orders.save([order])
        await uow.commit()

    assert await order_app.send(REPORTED)
    assert not await order_app.send(ReturnLateCharge(order_id=1, transaction_id="t-2"))
    assert await late(order_app) == ["t-1/late"]
    returned = {job.key: job.payload for job in await order_app.jobs() if job.kind == "return_money"}
    assert returned["t-1/late"] == returned["t-1/all"]

    done = RecordRefund(lease=None, order_id=1, transaction_id="t-1", refund_id="t-1/all", charged_at=AT)
    await order_app.send(done)
    assert not await order_app.send(REPORTED)
    assert (await order_app.order(1)).status is Status.CONFIRMED
