"""RefundOrder refunds once, and never more than was charged."""

from __future__ import annotations

import asyncio
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from chassis.errors import AppError, InvalidArgument
from chassis.money import Money
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.record_refund import NothingToRefund, RecordRefund
from order_svc.commands.refund_order import RefundGranted, RefundOrder
from order_svc.domain.items import Item
from order_svc.domain.payable_order import MOST_REFUNDS
from order_svc.domain.refund import Refund, RefundExceedsCharge, TooManyRefunds
from order_svc.domain.status import PaymentMethod, PaymentStatus, Status
from order_svc.domain.views import OrderView
from tests.builders.order import AT, OrderBuilder, an_item, an_order
from tests.fakes.chassis import request_key
from tests.order_svc.order_app import OrderApp


def usd(amount: str) -> Money:
    return Money.of(amount, "USD")


def two_items() -> tuple[Item, ...]:
    return (
        an_item(product_item_id=1, quantity=3, unit_price="10.00"),
        an_item(product_item_id=2, quantity=1, unit_price="5.00"),
    )


async def refunds_of(app: OrderApp, order_id: int) -> list[Refund]:
    return list((await app.order(order_id)).refunds)


async def given(app: OrderApp, granted: RefundGranted) -> OrderView:
    """The provider gave it."""
    return await app.send(
        RecordRefund(
            lease=None,
            order_id=granted.order.id,
            transaction_id=granted.order.payment.transaction_id,
            refund_id=granted.refund_id,
            charged_at=AT,
        )
    )


async def test_a_part_leaves_the_order_as_it_is(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())

    granted = await order_app.send(RefundOrder(order_id=order_id, amount=usd("4.50"), reason="scratched"))
    seen = await given(order_app, granted)
    await given(order_app, granted)

    assert (seen.status, seen.payment.status) == (Status.PAID, PaymentStatus.PARTIALLY_REFUNDED)
    assert await order_app.events(order_id) == [
        (1, "order_created"),
        (2, "payment_attempt"),
        (3, "order_status_changed"),
        (4, "payment_refund"),
        (5, "payment_refund"),
    ]
    assert seen.payment.refunded == Decimal("4.50")
    assert seen == (await order_app.order(order_id)).view()
    assert [job.kind for job in await order_app.jobs()] == ["return_money", "restock"]
    assert (await order_app.job("return_money")).payload["amount"] == "4.50"
    reported = {"order_id": order_id, "lines": [], "refunded": "4.50", "currency": "USD"}
    assert (await order_app.job("restock")).payload == reported


async def test_the_provider_must_have_given_it_before_it_says_so(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())

    granted = await order_app.send(RefundOrder(order_id=order_id, amount=usd("4.50"), reason="scratched"))
    assert granted.order.payment.status is PaymentStatus.PAID
    [promised] = await refunds_of(order_app, order_id)
    assert promised.done_at is None

    await given(order_app, granted)
    before = await order_app.order(order_id)
    await given(order_app, granted)
    assert await order_app.order(order_id) == before
    [done] = await refunds_of(order_app, order_id)
    assert done.done_at == order_app.clock.now()


async def test_items_come_back_for_what_they_cost(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid().shipped())

    await order_app.send(RefundOrder(order_id=order_id, items=((1, 2), (2, 1)), reason="returned"))

    order = await order_app.order(order_id)
    assert order.payment.refunded == usd("25.00")
    assert [item.returned for item in order.items] == [2, 1]
    reported = {"order_id": order_id, "lines": [[1, 2], [2, 1]], "refunded": "25.00", "currency": "USD"}
    assert (await order_app.job("restock")).payload == reported
    assert order.status is Status.SHIPPED


async def test_damaged_pieces_are_written_off_whatever_happens_next(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())

    damaged = RefundOrder(
        order_id=order_id, items=((1, 2),), restock=False, reason="broken", request=request_key("r-1")
    )
    granted = await order_app.send(damaged)
    assert (await order_app.send(damaged)).refund_id == granted.refund_id
    await order_app.send(RefundOrder(order_id=order_id, items=((1, 1),), reason="too large"))
    await order_app.send(CancelOrder(order_id=order_id, reason="late"))

    order = await order_app.order(order_id)
    assert [(item.returned, item.written_off) for item in order.items] == [(3, 2), (0, 0)]
    assert [refund.restock for refund in order.refunds] == [False, True, True]
    assert order.payment.refunded == usd("35.00")
    restocks = [job.payload for job in await order_app.jobs() if job.kind == "restock"]
    assert [(payload["lines"], payload["written_off"]) for payload in restocks] == [
        ([[1, 2]], [[1, 2]]),
        ([[1, 3]], [[1, 2]]),
    ]
    assert (await order_app.job("release_stock")).payload["written_off"] == [[1, 2]]


@pytest.mark.parametrize("amount", [None, usd("25.00")])
async def test_a_refund_that_cancels_writes_off_what_is_left(order_app: OrderApp, amount: Money | None) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())
    await order_app.send(RefundOrder(order_id=order_id, items=((1, 1),), reason="too large"))

    await order_app.send(RefundOrder(order_id=order_id, amount=amount, restock=False, reason="a fire"))

    assert await order_app.status(order_id) is Status.CANCELLED
    assert (await order_app.job("release_stock")).payload["written_off"] == [[1, 2], [2, 1]]


async def test_pieces_of_a_line_that_can_not_be_divided_add_up_to_it(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=(an_item(quantity=3, unit_price="3.33"),)).paid().shipped())

    for _ in range(3):
        await order_app.send(RefundOrder(order_id=order_id, items=((1, 1),), reason="returned"))

    assert (await order_app.order(order_id)).payment.remaining == usd("0.00")


async def returned(app: OrderApp, order_id: int, *items: tuple[int, int]) -> str:
    """Returns pieces; the amount that was refunded for them."""
    granted = await app.send(RefundOrder(order_id=order_id, items=items, reason="returned"))
    assert granted.order.refunds[-1].items == items
    return str(granted.amount.amount)


@pytest.mark.parametrize(
    ("first", "then", "amounts"),
    [(ROUND_HALF_EVEN, ROUND_HALF_UP, ["0.02", "0.03"]), (ROUND_HALF_UP, ROUND_HALF_EVEN, ["0.03", "0.02"])],
)
async def test_another_rounding_between_two_returns_keeps_no_cent(
    order_app: OrderApp, monkeypatch: pytest.MonkeyPatch, first: str, then: str, amounts: list[str]
) -> None:
    order_id = await order_app.given(an_order(items=(an_item(unit_price="0.05", discount="0.05"),)).paid().shipped())
    seen = []
    for rounding in (first, then):
        monkeypatch.setattr(Money, "rounding", rounding)
        seen.append(await returned(order_app, order_id, (1, 1)))

    assert seen == amounts
    assert (await order_app.order(order_id)).payment.remaining == usd("0.00")


async def test_after_a_goodwill_refund_all_pieces_can_come_back(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=(an_item(quantity=2, unit_price="40.00"),)).paid().shipped())
    await order_app.send(RefundOrder(order_id=order_id, amount=usd("1.00"), reason="sorry"))

    assert [await returned(order_app, order_id, (1, 1)) for _ in range(2)] == ["40.00", "39.00"]

    order = await order_app.order(order_id)
    assert (order.payment.remaining, order.items[0].returned) == (usd("0.00"), 2)
    restocks = [job.payload for job in await order_app.jobs() if job.kind == "restock"]
    assert [(reported["lines"], reported["refunded"]) for reported in restocks] == [
        ([], "1.00"),
        ([[1, 1]], "41.00"),
        ([[1, 2]], "80.00"),
    ]


@pytest.mark.parametrize(
    ("item", "amounts"),
    [
        (an_item(quantity=1, unit_price="0.00"), ["0.00"]),
        (an_item(quantity=2, unit_price="5.00", discount="10.00"), ["0.00", "0.00"]),
        (an_item(quantity=3, unit_price="1.00", discount="2.99"), ["0.00", "0.01", "0.00"]),
    ],
    ids=["a product of 0.00", "a gift", "three for 0.01"],
)
@pytest.mark.parametrize("status", ["paid", "delivered"])
async def test_what_cost_nothing_can_come_back(
    order_app: OrderApp, item: Item, amounts: list[str], status: str
) -> None:
    other = an_item(product_item_id=2, quantity=1)
    builder = an_order(items=(item, other)).paid()
    order_id = await order_app.given(builder if status == "paid" else builder.delivered())
    events = len(await order_app.events(order_id))

    assert [await returned(order_app, order_id, (1, 1)) for _ in amounts] == amounts

    order = await order_app.order(order_id)
    assert [item.returned for item in order.items] == [item.quantity, 0]
    assert order.status.value.lower() == status
    assert order.payment.status is PaymentStatus.PAID
    free = [refund for refund in await refunds_of(order_app, order_id) if not refund.amount.amount]
    assert all(refund.done_at for refund in free)
    # Each is reported twice: promised, and given unless the provider has to.
    assert len(await order_app.events(order_id)) == events + len(amounts) + len(free)
    assert await returned(order_app, order_id, (2, 1)) == "10.00"


@pytest.mark.parametrize("goodwill", ["0.00", "4.00"])
async def test_an_order_whose_pieces_all_come_back_before_it_ships_is_cancelled(
    order_app: OrderApp, goodwill: str
) -> None:
    gift = an_item(product_item_id=2, quantity=1, unit_price="0.00")
    order_id = await order_app.given(an_order(items=(an_item(quantity=1), gift)).paid())
    if goodwill == "4.00":
        await order_app.send(RefundOrder(order_id=order_id, amount=usd(goodwill), reason="sorry"))

    await returned(order_app, order_id, (1, 1))
    # A gift is left to ship.
    assert await order_app.status(order_id) is Status.PAID
    await returned(order_app, order_id, (2, 1))

    assert await order_app.status(order_id) is Status.CANCELLED
    assert (await order_app.job("release_stock")).payload["order_id"] == order_id


@pytest.mark.parametrize("how", ["all that is left", "the amount", "in two parts"])
async def test_the_last_of_the_money_cancels_an_order_that_has_not_shipped(order_app: OrderApp, how: str) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())
    if how == "in two parts":
        await given(order_app, await order_app.send(RefundOrder(order_id=order_id, amount=usd("1.00"), reason="one")))

    amount = usd("35.00") if how == "the amount" else None
    granted = await order_app.send(RefundOrder(order_id=order_id, amount=amount, reason="gone"))
    seen = await given(order_app, granted)

    assert (seen.status, seen.cancel_reason) == (Status.CANCELLED, "gone")
    assert (seen.payment.status, seen.payment.refunded) == (PaymentStatus.REFUNDED, Decimal("35.00"))
    assert {job.kind for job in await order_app.jobs()} - {"restock"} == {"return_money", "release_stock"}
    kinds = [kind for _, kind in await order_app.events(order_id)]
    assert kinds[-3:] == ["payment_refund", "order_status_changed", "payment_refund"]


@pytest.mark.parametrize("where", ["shipped", "delivered"])
async def test_all_of_it_is_refunded_after_it_left_the_house(order_app: OrderApp, where: str) -> None:
    builder: OrderBuilder = getattr(an_order(items=two_items()).paid(), where)()
    order_id = await order_app.given(builder)
    events = await order_app.events(order_id)

    seen = await given(order_app, await order_app.send(RefundOrder(order_id=order_id, reason="broken")))

    assert (seen.status.value.lower(), seen.payment.status) == (where, PaymentStatus.REFUNDED)
    # Nothing says that the goods came back.
    assert (await order_app.job("restock")).payload["lines"] == []
    published = (await order_app.events(order_id))[len(events) :]
    assert [kind for _, kind in published] == ["payment_refund", "payment_refund"]


@pytest.mark.parametrize("ends_by", ["refund", "cancellation"])
@pytest.mark.reaches("TOO_MANY_REFUNDS")
async def test_an_order_has_a_hundred_refunds_and_one_of_the_rest(order_app: OrderApp, ends_by: str) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())
    for _ in range(MOST_REFUNDS):
        await order_app.send(RefundOrder(order_id=order_id, amount=usd("0.01"), reason="one more"))
    before = await order_app.order(order_id)

    for part in ({"amount": usd("0.01")}, {"items": ((1, 1),)}):
        with pytest.raises(TooManyRefunds):
            await order_app.send(RefundOrder(order_id=order_id, reason="too many", **part))

    assert await order_app.order(order_id) == before
    if ends_by == "refund":
        await order_app.send(RefundOrder(order_id=order_id, reason="the rest"))
    else:
        await order_app.send(CancelOrder(order_id=order_id, reason="the rest"))
    after = await order_app.order(order_id)
    assert (after.status, len(after.refunds)) == (Status.CANCELLED, MOST_REFUNDS + 1)
    assert after.payment.refunded == after.payment.amount


@pytest.mark.reaches("REFUND_EXCEEDS_CHARGE")
async def test_never_more_than_was_charged(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())
    await order_app.send(RefundOrder(order_id=order_id, amount=usd("30.00"), reason="most"))
    before, promised = await order_app.order(order_id), await refunds_of(order_app, order_id)

    with pytest.raises(RefundExceedsCharge) as refusal:
        await order_app.send(RefundOrder(order_id=order_id, amount=usd("5.01"), reason="more"))

    assert refusal.value.metadata["remaining"] == "5.00 USD"
    assert refusal.value.message.endswith("cannot be refunded: only 5.00 USD is left of the charge")

    assert await order_app.order(order_id) == before
    assert await refunds_of(order_app, order_id) == promised
    assert len(await order_app.jobs()) == 2


async def test_nothing_is_no_refund(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())

    with pytest.raises(InvalidArgument) as refusal:
        await order_app.send(RefundOrder(order_id=order_id, amount=usd("0.00"), reason="nothing"))

    assert refusal.value.message == "amount must be more than 0"


async def test_never_more_than_was_charged_when_many_ask_at_once(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())
    asking = [order_app.send(RefundOrder(order_id=order_id, amount=usd("10.00"), reason="me")) for _ in range(8)]

    answers = await asyncio.gather(*asking, return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, AppError)]
    assert [type(answer) for answer in refused] == [RefundExceedsCharge] * 5
    order = await order_app.order(order_id)
    assert order.payment.refunded == usd("30.00")
    assert Money.sum((refund.amount for refund in await refunds_of(order_app, order_id)), "USD") == usd("30.00")


async def test_the_same_request_is_granted_once(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())
    command = RefundOrder(request=request_key(), order_id=order_id, amount=usd("10.00"), reason="late")

    answers = await asyncio.gather(*[order_app.send(command) for _ in range(4)])

    assert len({answer.refund_id for answer in answers}) == 1
    assert (await order_app.order(order_id)).payment.refunded == usd("10.00")


@pytest.mark.parametrize("how", ["unpaid", "cancelled", "refused", "cash", "refunded"])
async def test_what_was_not_charged_is_not_refunded(order_app: OrderApp, how: str) -> None:
    builder = {
        "unpaid": an_order,
        "cancelled": lambda: an_order().cancelled(),
        "refused": lambda: an_order().refused(),
        "cash": lambda: an_order(method=PaymentMethod.CASH).shipped(),
        "refunded": lambda: an_order().paid().shipped(),
    }[how]()
    order_id = await order_app.given(builder)
    if how == "refunded":
        await order_app.send(RefundOrder(order_id=order_id, reason="all"))
    before, jobs = await order_app.order(order_id), await order_app.jobs()

    refunds: list[dict[str, Any]] = [{}, {"amount": usd("1.00")}]
    for what in refunds + ([] if how == "refunded" else [{"items": ((1, 1),)}]):
        with pytest.raises(RefundExceedsCharge) as refusal:
            await order_app.send(RefundOrder(order_id=order_id, reason="please", **what))
        assert refusal.value.metadata["remaining"] == "0.00 USD"
        assert refusal.value.message == "nothing is left of the charge that could be refunded"

    assert await order_app.order(order_id) == before
    assert await order_app.jobs() == jobs


@pytest.mark.parametrize("items", [((9, 1),), ((1, 4),), ((1, 2), (1, 2))], ids=["unknown", "too many", "twice"])
async def test_items_that_it_has_not_are_named(order_app: OrderApp, items: tuple[tuple[int, int], ...]) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid().shipped())
    before = await order_app.order(order_id)

    with pytest.raises(InvalidArgument) as refusal:
        await order_app.send(RefundOrder(order_id=order_id, items=items, reason="returned"))

    assert refusal.value.violations[0].field.startswith(f"items[{len(items) - 1}].")
    assert await order_app.order(order_id) == before


async def test_all_items_that_it_has_not_are_named(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid().shipped())
    await order_app.send(RefundOrder(order_id=order_id, items=((1, 1),), reason="returned"))

    with pytest.raises(InvalidArgument) as refusal:
        await order_app.send(RefundOrder(order_id=order_id, items=((9, 1), (1, 3), (2, 1), (8, 1)), reason="returned"))

    assert [(violation.field, violation.description) for violation in refusal.value.violations] == [
        ("items[0].productItemId", "is not in the order"),
        ("items[1].quantity", "must be at most 2, what has not been returned yet"),
        ("items[3].productItemId", "is not in the order"),
    ]


async def test_another_currency_is_refused(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order().paid())

    with pytest.raises(InvalidArgument, match="currencyCode"):
        await order_app.send(RefundOrder(order_id=order_id, amount=Money.of("1.00", "EUR"), reason="euros"))


async def test_cash_is_handed_over(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items(), method=PaymentMethod.CASH).delivered())

    granted = await order_app.send(RefundOrder(order_id=order_id, items=((2, 1),), reason="returned"))

    assert granted.order.payment.status is PaymentStatus.PARTIALLY_REFUNDED
    assert {job.kind for job in await order_app.jobs()} == {"restock"}
    [done] = await refunds_of(order_app, order_id)
    assert done.done_at is not None


async def test_a_cancelled_order_gets_back_what_is_left(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())
    await given(order_app, await order_app.send(RefundOrder(order_id=order_id, amount=usd("5.00"), reason="scratch")))

    await order_app.send(CancelOrder(order_id=order_id, reason="late"))

    amounts = [job.payload["amount"] for job in await order_app.jobs() if job.kind == "return_money"]
    assert amounts == ["5.00", "30.00"]


async def test_what_came_back_with_a_cancelled_charge_is_not_promised_again(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()))
    cancelled = await order_app.send(CancelOrder(order_id=order_id, reason="late"))
    transaction_id = cancelled.payment.transaction_id
    # The charge was under way: the provider had made it, and gave it back.
    await order_app.send(
        RecordRefund(
            lease=None,
            order_id=order_id,
            transaction_id=transaction_id,
            refund_id=f"{transaction_id}/all",
            charged_at=AT,
        )
    )
    before = await order_app.jobs()

    with pytest.raises(RefundExceedsCharge):
        await order_app.send(RefundOrder(order_id=order_id, amount=usd("5.00"), reason="scratch"))

    assert await order_app.jobs() == before
    assert (await order_app.order(order_id)).payment.refunded == usd("35.00")


async def test_a_provider_that_knows_of_no_charge_is_not_believed(order_app: OrderApp) -> None:
    order_id = await order_app.given(an_order(items=two_items()).paid())
    granted = await order_app.send(RefundOrder(order_id=order_id, amount=usd("5.00"), reason="scratch"))
    before = await order_app.order(order_id)

    with pytest.raises(NothingToRefund):
        await order_app.send(
            RecordRefund(
                lease=None,
                order_id=order_id,
                transaction_id=before.payment.transaction_id,
                refund_id=granted.refund_id,
                charged_at=None,
            )
        )

    assert await order_app.order(order_id) == before
