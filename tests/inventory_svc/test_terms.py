"""What holds and codes of an order are worth later: how long, and whether they are still given."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from chassis.errors import InvalidArgument
from chassis.money import Money
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.confirm_placed import ConfirmPlaced
from inventory_svc.commands.give_up_backorder import GiveUpBackorder
from inventory_svc.commands.keep_reservation import KeepReservation
from inventory_svc.commands.release import Release
from inventory_svc.commands.restock import Restock
from inventory_svc.domain.errors import AmendmentTooEarly, HoldSuperseded, IncentiveInvalid, NotCommittedYet
from inventory_svc.domain.incentive import Incentive
from inventory_svc.domain.incentive_set import IncentiveSet
from inventory_svc.domain.lines import HeldLine, Line
from inventory_svc.domain.pricing import LoyaltyRates
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.returns import Returned, take_back
from tests.audited import changes_of
from tests.builders.incentive import percent
from tests.builders.product import a_product, an_item
from tests.inventory_svc.shop import TIMES, TTL, UNPLACED, InMemoryShop, Pieces

NOW = datetime(2026, 5, 2, tzinfo=UTC)
DAY = timedelta(days=1)
LINES = [HeldLine(1, "SKU-1", "Shirt", 1, Money.of("10.00", "USD"))]


def refused(terms: list[Incentive], present: list[Incentive]) -> dict[str, str]:
    """Which codes of an order are not given any more, and why."""
    try:
        IncentiveSet(present).require_given(terms, "USD", LINES, NOW)
    except IncentiveInvalid as error:
        return dict(error.faults)
    return {}


def test_each_code_of_an_order_must_still_be_given() -> None:
    terms = [percent(code="A", id=1), percent(code="B", id=2)]

    assert refused(terms, terms) == {}
    assert set(refused(terms, [replace(terms[0], ends=NOW - DAY), terms[1]])) == {"A"}
    assert set(refused(terms, [terms[0], replace(terms[1], ends=NOW - DAY)])) == {"B"}
    assert set(refused(terms, [replace(terms[0], active=False), terms[1]])) == {"A"}
    assert set(refused(terms, [replace(terms[0], starts=NOW + DAY), terms[1]])) == {"A"}


def test_an_order_keeps_the_minimum_and_the_currency_that_it_was_given() -> None:
    terms = [percent(code="A", id=1)]
    stricter = replace(terms[0], min_total=Money.of("99.00", "USD"), currency="EUR")

    assert refused(terms, [stricter]) == {}
    assert set(refused([stricter], terms)) == {"A"}


async def held(shop: InMemoryShop) -> Reservation:
    (item,) = await shop.stocked(5)
    reservation: Reservation = await shop.send(shop.order((item, 2)))
    return reservation


async def test_a_hold_is_extended_once_when_its_order_is_placed(in_memory_shop: InMemoryShop) -> None:
    reservation, now = await held(in_memory_shop), await in_memory_shop.now()
    assert reservation.expire_at == now + UNPLACED

    assert reservation.confirm_placed(now + DAY, TIMES)
    assert reservation.expire_at == now + DAY + TTL
    assert not reservation.confirm_placed(now + 2 * DAY, TIMES)
    assert reservation.expire_at == now + DAY + TTL


async def test_a_hold_that_is_to_be_sold_is_extended_each_time(in_memory_shop: InMemoryShop) -> None:
    reservation, now = await held(in_memory_shop), await in_memory_shop.now()

    for days in (1, 2):
        assert reservation.confirm_placed(now + days * DAY, TIMES, is_unsold=True)
        assert reservation.expire_at == now + days * DAY + TTL


async def test_a_hold_that_has_ended_is_extended_no_more(in_memory_shop: InMemoryShop) -> None:
    reservation = await held(in_memory_shop)
    await in_memory_shop.let_time_pass(DAY)
    await in_memory_shop.reap()

    await in_memory_shop.send(ConfirmPlaced(order_id=reservation.order_id))

    assert await in_memory_shop.states() == {reservation.order_id: "EXPIRED"}
    async with in_memory_shop.open_uows[0]() as uow:
        found = await uow.reservations.lock([reservation.order_id])
    assert not found[reservation.order_id].confirm_placed(await in_memory_shop.now(), TIMES, is_unsold=True)


async def test_only_what_waits_for_something_that_is_not_sold_any_more_is_given_up(
    in_memory_shop: InMemoryShop,
) -> None:
    shop = in_memory_shop
    gone = await shop.given(a_product(an_item(quantity=2)))
    (other,) = await shop.backorderable(0)
    waits = await shop.send(shop.order((gone.items[0], 1), (other, 1)))
    has_all = await shop.send(shop.order((gone.items[0], 1)))
    for reservation in (waits, has_all):
        await shop.send(KeepReservation(order_id=reservation.order_id))
    await shop.delete(gone)

    for reservation in (waits, has_all):
        await shop.send(GiveUpBackorder(order_id=reservation.order_id))

    # The piece of the deleted product is held for it.
    assert await shop.states() == {waits.order_id: "BACKORDERED", has_all.order_id: "HELD"}
    assert await shop.denied() == {}


async def test_what_comes_back_is_in_stock_once(in_memory_shop: InMemoryShop) -> None:
    shop, rates = in_memory_shop, LoyaltyRates()
    (item,) = await shop.stocked(5)
    held: Reservation = await shop.send(shop.order((item, 3)))
    await shop.send(Commit(order_id=held.order_id))

    for total, on_hand in ((1, 3), (1, 3), (3, 5), (2, 5)):
        returned = Returned(lines=(Line(item.id, total),), money=Decimal(10 * total))
        await shop.send(Restock(order_id=held.order_id, returned=returned))
        assert (await shop.of(item)).on_hand == on_hand

    async with shop.open_uows[0]() as uow:
        found = (await uow.reservations.lock([held.order_id]))[held.order_id]
        stock_batch = await uow.stocks.lock([item.id])
    again = Returned(lines=(Line(item.id, 3),), money=Decimal(30))
    assert not take_back(found, again, stock_batch, rates)
    assert take_back(found, replace(again, money=Decimal(31)), stock_batch, rates)
    await shop.send(Release(order_id=held.order_id))
    async with shop.open_uows[0]() as uow:
        found = (await uow.reservations.lock([held.order_id]))[held.order_id]
    assert not take_back(found, again, stock_batch, rates)


async def test_a_hold_is_shared_once_and_only_while_it_holds_something(in_memory_shop: InMemoryShop) -> None:
    reservation = await held(in_memory_shop)
    assert reservation.share()
    assert not reservation.share()

    ended = await held(in_memory_shop)
    await in_memory_shop.send(Release(order_id=ended.order_id))
    async with in_memory_shop.open_uows[0]() as uow:
        found = (await uow.reservations.lock([ended.order_id]))[ended.order_id]
    assert not found.share()


async def test_what_administrators_make_and_count_is_audited(in_memory_shop: InMemoryShop) -> None:
    shop = in_memory_shop
    code = await changes_of(shop.offered(percent(code="SAVE")))
    product = await changes_of(shop.given(a_product(an_item(quantity=2), name="Shirt")))
    assert (code["code"], product["name"]) == (("", '"SAVE"'), ("", '"Shirt"'))

    (item,) = await shop.stocked(5)
    counted = await changes_of(shop.arrives(item, -2))
    assert counted["on_hand"] == ("5", "3")


def test_refusals_say_of_which_order_they_are() -> None:
    superseded = HoldSuperseded.of(7, present=2, named=1)
    early = AmendmentTooEarly.of(7, present=2, wanted=4)

    assert superseded.metadata == early.metadata == {"orderId": "7", "revision": "2"}
    assert NotCommittedYet.of(7).metadata == {"orderId": "7"}


async def test_orders_that_are_sold_together_are_all_sold(in_memory_shop: InMemoryShop) -> None:
    shop = in_memory_shop
    (item,) = await shop.stocked(9)
    orders = [await shop.send(shop.order((item, pieces))) for pieces in (1, 2, 3)]

    await asyncio.gather(*(shop.send(Commit(order_id=order.order_id)) for order in orders))

    assert await shop.of(item) == Pieces(on_hand=3, sold=6)


async def test_an_order_that_waits_for_stock_is_known_to_be_placed(in_memory_shop: InMemoryShop) -> None:
    shop = in_memory_shop
    (item,) = await shop.backorderable(0)
    waiting = await shop.send(shop.order((item, 1)))

    await shop.send(KeepReservation(order_id=waiting.order_id))

    async with shop.open_uows[0]() as uow:
        found = (await uow.reservations.lock([waiting.order_id]))[waiting.order_id]
    assert (found.is_placed, found.expire_at) == (True, None)


async def test_a_code_takes_more_than_nothing_and_at_most_everything(in_memory_shop: InMemoryShop) -> None:
    for value in ("0.01", "100"):
        assert await in_memory_shop.offered(percent(value))

    for refused_value in ("0", "-1", "100.01"):
        with pytest.raises(InvalidArgument) as refused_code:
            await in_memory_shop.offered(percent(refused_value))
        assert [violation.field for violation in refused_code.value.violations] == ["incentive.value"]
