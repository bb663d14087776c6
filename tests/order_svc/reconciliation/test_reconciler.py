"""What services disagree about is found, only if it is still so a moment later, and mended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from chassis.money import Money
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.refund_order import RefundOrder
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod, Status
from tests.builders.order import an_item, an_order
from tests.order_svc.reconciliation.disagreeing_shop import CURRENCY, DisagreeingShop

Case = Callable[[DisagreeingShop], Awaitable[Order]]


@pytest.fixture
def shop() -> DisagreeingShop:
    return DisagreeingShop()


async def a_hold_of_no_order(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order())
    shop.forget_order(order)
    return order


async def a_sale_of_no_order(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order(method=PaymentMethod.CASH))
    await shop.inventory.commit(order.id, 0, paid=False)
    shop.forget_order(order)
    return order


async def a_confirmed_order_without_a_hold(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order())
    shop.forget_hold(order)
    shop.busy.add(order.id)  # with its charge, which needs the hold
    shop.hold_keys[order.id] = "shopper-1/request"
    return order


async def a_paid_order_without_a_hold(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    shop.forget_hold(order)
    return order


async def a_paid_order_whose_stock_is_only_held(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    shop.inventory.sold.discard(order.id)
    return order


async def a_cancelled_order_whose_stock_is_held(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().cancelled())
    del shop.inventory.holds[f"hold-{order.id}"]
    await shop.hold(order)
    return order


async def a_paid_order_whose_stock_was_released(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    await shop.inventory.release(order.id, 0)
    return order


async def an_order_whose_reservation_is_of_a_later_change(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    shop.inventory.revisions[order.id] = 1
    return order


async def an_order_whose_change_inventory_lacks(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order(items=(an_item(quantity=2),)))
    stored = shop._state.orders[order.id]
    stored.items, stored.revision = (an_item(quantity=3),), 2
    return order


async def returned_pieces_that_inventory_lacks(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    await shop.send(RefundOrder(order_id=order.id, items=((1, 1),), reason="a scratch"))
    await shop.settle()
    shop.inventory.returned.clear()
    shop.inventory.stock[1] -= 1
    return order


async def returned_pieces_that_the_order_lacks(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    ten = Money.of("10.00", CURRENCY)
    await shop.inventory.restock(order.id, ((1, 1),), refunded=ten)
    await shop.payments.refund(transaction_id=f"t-{order.id}", refund_id=f"t-{order.id}/1", amount=ten)
    return order


async def a_charge_of_no_order(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    shop.forget_order(order)
    shop.forget_hold(order)
    return order


async def a_charge_of_an_earlier_payment(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    await shop.pay("t-earlier", order.id, Money.of("7.00", CURRENCY))
    return order


async def a_charge_of_a_cancelled_order(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().cancelled())
    await shop.pay(order.payment.transaction_id, order.id, order.payment.amount)
    return order


async def a_paid_order_without_a_charge(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    shop.forget_charge(order)
    return order


async def a_refund_that_the_provider_lacks(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    await shop.send(RefundOrder(order_id=order.id, amount=Money.of("3.00", CURRENCY), reason="late"))
    await shop.settle()
    shop.payments.refunds.clear()
    shop.payments.ledger[order.payment.transaction_id] = order.payment.amount
    return order


async def refunds_that_the_order_lacks(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    for number, amount in enumerate(("3.00", "4.00"), 1):
        await shop.payments.refund(
            transaction_id=order.payment.transaction_id,
            refund_id=f"{order.payment.transaction_id}/{number}",
            amount=Money.of(amount, CURRENCY),
        )
    return order


CASES: dict[str, list[Case]] = {
    "HOLD_OF_NO_ORDER": [a_hold_of_no_order, a_sale_of_no_order],
    "HOLD_MISSING": [a_confirmed_order_without_a_hold, a_paid_order_without_a_hold],
    "HOLD_LEFT": [a_cancelled_order_whose_stock_is_held],
    "HOLD_BEHIND": [an_order_whose_change_inventory_lacks],
    "HOLD_AHEAD": [an_order_whose_reservation_is_of_a_later_change],
    "HOLD_RELEASED": [a_paid_order_whose_stock_was_released],
    "SALE_MISSING": [a_paid_order_whose_stock_is_only_held],
    "RETURN_MISSING": [returned_pieces_that_inventory_lacks],
    "RETURN_UNKNOWN": [returned_pieces_that_the_order_lacks],
    "CHARGE_OF_NO_ORDER": [a_charge_of_no_order],
    "CHARGE_REPLACED": [a_charge_of_an_earlier_payment],
    "CHARGE_LEFT": [a_charge_of_a_cancelled_order],
    "CHARGE_MISSING": [a_paid_order_without_a_charge],
    "REFUND_MISSING": [a_refund_that_the_provider_lacks],
    "REFUND_UNKNOWN": [refunds_that_the_order_lacks],
}
EACH = [pytest.param(kind, case, id=case.__name__) for kind, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("kind", "case"), EACH)
async def test_a_difference_is_found_mended_and_then_gone(shop: DisagreeingShop, kind: str, case: Case) -> None:
    others = [await shop.agreed(builder) for builder in (an_order(), an_order().paid(), an_order().cancelled())]
    order = await case(shop)
    stock, money = dict(shop.inventory.stock), dict(shop.payments.ledger)

    found = await shop.found()

    assert found[0] == kind
    assert (shop.inventory.stock, shop.payments.ledger) == (stock, money), "a dry run changes nothing"
    mended = await shop.mended()
    assert [error for _, error in mended] == [""] * len(mended)
    assert len(set(mended)) == len(mended), "nothing is mended twice"
    assert {one.difference.order_id for one in shop.audited_findings} == {order.id}
    await shop.settle()
    assert await shop.found() == []
    assert [await shop.status(one.id) for one in others] == [one.status for one in others]


async def test_what_is_over_at_the_second_look_is_no_difference(
    shop: DisagreeingShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await shop.agreed(an_order().paid())
    shop.inventory.sold.discard(order.id)
    looked: list[str] = []

    async def sells_late() -> None:
        looked.append("once")
        await shop.inventory.commit(order.id, 0, paid=True)

    monkeypatch.setattr(shop, "settle", sells_late)

    assert await shop.found() == []
    assert looked == ["once"]


async def test_an_order_whose_jobs_are_still_to_run_is_left_to_them(shop: DisagreeingShop) -> None:
    order = await a_paid_order_whose_stock_is_only_held(shop)
    shop.busy.add(order.id)

    assert await shop.mended() == []

    shop.busy.clear()
    assert await shop.found() == ["SALE_MISSING"]


async def test_what_cannot_be_mended_is_listed_and_holds_up_nothing(shop: DisagreeingShop) -> None:
    shipped = await shop.agreed(an_order().paid().shipped())
    await shop.inventory.release(shipped.id, 0)
    other = await a_charge_of_a_cancelled_order(shop)

    tried = await shop.reconcile(apply=True)

    assert [(one.difference.order_id, one.is_mended, one.error.partition(":")[0]) for one in tried] == [
        (shipped.id, False, "ILLEGAL_TRANSITION"),
        (other.id, True, ""),
    ]
    assert await shop.found() == ["HOLD_RELEASED"]


async def test_an_order_whose_stock_is_gone_is_cancelled_and_its_money_returned(shop: DisagreeingShop) -> None:
    order = await a_paid_order_without_a_hold(shop)
    shop.inventory.stock[1] = 0

    assert await shop.mended() == [("HOLD_MISSING", "")]
    await shop.settle()

    assert await shop.status(order.id) is Status.CANCELLED
    assert shop.payments.ledger == {}
    assert await shop.found() == []


async def test_an_order_that_waits_for_stock_that_is_held_is_confirmed(shop: DisagreeingShop) -> None:
    order = await shop.agreed(an_order())
    shop._state.orders[order.id].status = Status.PENDING

    assert await shop.mended() == [("STOCK_UNTOLD", "")]
    await shop.settle()

    assert await shop.status(order.id) is Status.PAID
    assert await shop.found() == []


async def test_an_order_has_two_differences_mended_one_after_the_other(shop: DisagreeingShop) -> None:
    order = await a_paid_order_without_a_hold(shop)
    shop.forget_charge(order)

    assert await shop.mended() == [("HOLD_MISSING", ""), ("CHARGE_MISSING", "")]
    assert await shop.found() == []


async def a_refund_of_a_cancelled_order_that_the_provider_lacks(shop: DisagreeingShop) -> Order:
    order = await shop.agreed(an_order().paid())
    await shop.send(CancelOrder(order_id=order.id, reason="late"))
    await shop.work()
    shop.payments.refunds.clear()
    await shop.pay(order.payment.transaction_id, order.id, order.payment.amount)
    return order


@pytest.mark.parametrize(
    ("case", "refund"),
    [
        (a_refund_that_the_provider_lacks, "{id}/1"),
        (a_refund_of_a_cancelled_order_that_the_provider_lacks, "{id}/1"),
        (a_charge_of_a_cancelled_order, "{id}/all"),
        (a_charge_of_an_earlier_payment, "t-earlier/all"),
    ],
)
async def test_what_operators_pay_or_decide_about_is_left_to_them(
    shop: DisagreeingShop, case: Case, refund: str
) -> None:
    order = await case(shop)
    assert await shop.found() != []

    shop.by_hand = frozenset({refund.format(id=order.payment.transaction_id)})

    assert await shop.found() == []
    assert await shop.mended() == []
