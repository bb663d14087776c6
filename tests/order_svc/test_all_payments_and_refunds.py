"""An order shows every payment and every refund, and why a payment or the order itself failed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from easyorder.order.v1 import CancelReason as CancelReasonMessage
from easyorder.order.v1 import Order as OrderMessage
from easyorder.order.v1 import PaymentFailureCode
from sqlalchemy import text

from chassis.money import Money
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.record_refund import RecordRefund
from order_svc.commands.refund_order import RefundOrder
from order_svc.domain.order import Order
from order_svc.domain.payable_order import MOST_EARLIER_PAYMENTS
from order_svc.domain.status import CancelReason, FailureCode, PaymentMethod, PaymentStatus, RefundState
from order_svc.domain.views import OrderView
from order_svc.messages.orders import order_message
from tests.builders.order import AT, an_item, an_order
from tests.builders.order_ids import IDS
from tests.order_svc.order_app import OrderApp
from tests.order_svc.order_reads import OrderReads
from tests.order_svc.test_amendments import _extra, _retry, an_update

LATER = AT + timedelta(days=1)


def message_of(order: Order | OrderView) -> OrderMessage:
    return order_message(order if isinstance(order, OrderView) else order.view(), IDS)


async def test_a_payment_that_was_refused_stays_when_it_is_tried_again(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().refused())

    await order_app.send(_retry(order_id, hold=_extra()))

    first, second = (await order_app.order(order_id)).view().payments
    assert (first.transaction_id, first.status, first.attempts) == (f"t-{order_id}", PaymentStatus.FAILED, 1)
    assert (first.failure_code, first.failure_reason) == (FailureCode.DECLINED, "card declined")
    assert (second.transaction_id, second.status, second.failure_code) == (
        f"n-{order_id}",
        PaymentStatus.PENDING,
        None,
    )


async def test_a_charge_that_a_change_withdrew_stays_until_its_money_is_back(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().refused())
    await order_app.send(_retry(order_id, hold=_extra()))
    await order_app.send(an_update(order_id, (1, 1), transaction_id=f"m-{order_id}"))
    _, withdrawn, present = (await order_app.order(order_id)).view().payments
    assert (withdrawn.status, withdrawn.refunded) == (PaymentStatus.CANCELLED, Decimal("0.00"))

    returned = RecordRefund(
        lease=None,
        order_id=order_id,
        transaction_id=withdrawn.transaction_id,
        refund_id=f"{withdrawn.transaction_id}/all",
        charged_at=AT,
    )
    order_app.clock.advance(3600)
    seen = await order_app.send(returned)
    again = await order_app.send(returned)

    assert [payment.status for payment in seen.payments] == [
        PaymentStatus.FAILED,
        PaymentStatus.REFUNDED,
        PaymentStatus.PENDING,
    ]
    assert (seen.payments[1].refunded, seen.payment) == (withdrawn.amount, present)
    assert again == seen == (await order_app.order(order_id)).view()
    assert (await order_app.events(order_id))[-1][1] == "payment_refund"
    shown = message_of(seen).payments
    assert [payment.charge_time for payment in shown] == [None, AT, None]
    assert shown[1].update_time == order_app.clock.now()


async def test_a_charge_that_came_too_late_says_when_it_was_made(reads: OrderReads) -> None:
    (order_id,) = await reads.given(an_order())
    cancelled = await reads.app.send(CancelOrder(order_id=order_id, reason="late"))
    assert message_of(cancelled).payments[0].charge_time is None
    reads.app.clock.advance(3600)

    returned = RecordRefund(
        lease=None, order_id=order_id, transaction_id=f"t-{order_id}", refund_id=f"t-{order_id}/all", charged_at=LATER
    )
    first = await reads.app.send(returned)
    at = reads.app.clock.now()
    reads.app.clock.advance(3600)
    assert await reads.app.send(returned) == first
    await reads.project()

    seen = await reads.get(order_id)
    [payment] = message_of(seen).payments
    assert (payment.charge_time, payment.update_time) == (LATER, at)
    assert seen.paid_at is None
    assert seen == (await reads.app.order(order_id)).view()


async def test_nothing_is_kept_of_what_no_provider_was_asked_for(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(method=PaymentMethod.CASH))

    changed = await order_app.send(an_update(order_id, (1, 1)))

    assert len(changed.order.payments) == 1


def test_an_order_that_is_paid_again_all_the_time_stays_small() -> None:
    order = an_order().refused().build()
    for number in range(MOST_EARLIER_PAYMENTS + 5):
        order.retry_payment(method=PaymentMethod.CARD, transaction_id=f"n-{number}", at=AT)
        order.charge_refused(reason="card declined", at=AT)

    kept = [payment.transaction_id for payment in order.view().payments]
    assert kept == [f"n-{number}" for number in range(4, MOST_EARLIER_PAYMENTS + 5)]


async def test_every_refund_is_shown_and_the_newest_is_the_last(reads: OrderReads) -> None:
    items = (an_item(quantity=3), an_item(product_item_id=2, quantity=1))
    (order_id,) = await reads.given(an_order(items=items).paid().shipped())
    five = Money.of("5.00", "USD")

    first = await reads.app.send(RefundOrder(order_id=order_id, amount=five, reason="scratched"))
    second = await reads.app.send(RefundOrder(order_id=order_id, items=((1, 1), (2, 1), (1, 1)), reason="too big"))
    given = RecordRefund(
        lease=None,
        order_id=order_id,
        transaction_id=f"t-{order_id}",
        refund_id=first.refund_id,
        charged_at=AT,
    )
    await reads.app.send(given)
    await reads.project()

    seen = await reads.get(order_id)
    assert seen == (await reads.app.order(order_id)).view()
    assert [(refund.id, refund.amount, refund.reason, refund.state) for refund in seen.refunds] == [
        (first.refund_id, Decimal("5.00"), "scratched", RefundState.GIVEN),
        (second.refund_id, Decimal("30.00"), "too big", RefundState.PROMISED),
    ]
    assert [refund.items for refund in seen.refunds] == [(), ((1, 2), (2, 1))]
    assert second.order.refunds[-1].id == second.refund_id


async def test_reasons_of_before_this_version_are_not_shown_to_shoppers(reads: OrderReads) -> None:
    (order_id,) = await reads.given(an_order().paid().shipped())
    await reads.app.send(RefundOrder(order_id=order_id, amount=Money.of("5.00", "USD"), reason="complains a lot"))
    async with reads.write.begin() as connection:
        await connection.execute(text("UPDATE refund SET items = NULL"))
    await reads.app.send(RefundOrder(order_id=order_id, amount=Money.of("5.00", "USD"), reason="scratched"))
    await reads.project()

    seen = await reads.get(order_id)
    assert [refund.reason for refund in seen.refunds] == ["", "scratched"]
    assert seen == (await reads.app.order(order_id)).view()


async def test_a_refund_does_not_change_when_it_was_charged(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())
    order_app.clock.advance(3600)
    granted = await order_app.send(RefundOrder(order_id=order_id, amount=Money.of("5.00", "USD"), reason="scratched"))
    assert granted.order.payment.processed_at == order_app.clock.now()
    order_app.clock.advance(3600)
    given = RecordRefund(
        lease=None,
        order_id=order_id,
        transaction_id=f"t-{order_id}",
        refund_id=granted.refund_id,
        charged_at=AT,
    )

    seen: OrderView = await order_app.send(given)
    [payment] = message_of(seen).payments

    assert (payment.charge_time, payment.update_time) == (AT, order_app.clock.now())


def test_the_total_is_what_its_parts_add_up_to() -> None:
    view = an_order(off="7.50").build().view()
    message = message_of(view)

    parts = (view.sub_total, -view.discount_total, view.tax_total, view.shipping_total)
    assert view.total_amount == sum(parts, Decimal(0)) == Decimal("12.50")
    assert [total and total.units for total in (message.tax_total, message.shipping_total)] == [0, 0]
    assert message.prices_include_tax


async def test_an_order_of_before_has_one_payment_and_no_reasons(order_app: OrderApp) -> None:
    stored = replace(an_order().paid().cancelled().build().view(), cancel_code=None)

    message = message_of(stored)

    [payment] = message.payments
    assert (payment.charge_time, payment.failure_code) == (AT, PaymentFailureCode.UNSPECIFIED)
    assert (message.cancel_reason, message.cancel_message) == (CancelReasonMessage.UNSPECIFIED, "changed my mind")


@pytest.mark.parametrize("code", list(CancelReason))
async def test_why_an_order_was_cancelled_is_a_code(reads: OrderReads, code: CancelReason) -> None:
    (order_id,) = await reads.given(an_order())

    await reads.app.send(CancelOrder(order_id=order_id, code=code, reason="prose"))
    await reads.project()

    message = message_of(await reads.get(order_id))
    assert (message.cancel_reason, message.cancel_message) == (CancelReasonMessage[code.name], "prose")


async def test_an_order_that_is_refunded_before_it_is_shipped_says_so(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())

    granted = await order_app.send(RefundOrder(order_id=order_id, reason="gone"))

    assert granted.order.cancel_code is CancelReason.REFUNDED


@pytest.mark.parametrize("code", list(FailureCode))
async def test_why_a_payment_failed_is_a_code(reads: OrderReads, code: FailureCode) -> None:
    order = an_order().build()
    events = order.charge_refused(reason="prose", code=code, at=LATER)
    async with reads.app.open_uow() as uow:
        await uow.orders.add([order])
        uow.emit(*events)
        await uow.commit()
    await reads.project()

    [payment] = message_of(await reads.get(order.id)).payments
    assert (payment.failure_code, payment.failure_message) == (PaymentFailureCode[code.name], "prose")
    assert payment.update_time == LATER
