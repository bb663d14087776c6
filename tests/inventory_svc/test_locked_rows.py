"""A row that somebody else has locked costs the orders that need it, and no others."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from chassis.db import failures
from chassis.db.failures import meaning_of, sqlstate
from chassis.errors import AppError, Locked
from chassis.mediator import Command
from inventory_svc.commands.amend import Amend
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.commands.keep_reservation import KeepReservation
from inventory_svc.commands.release import Release
from inventory_svc.commands.restock import Restock
from inventory_svc.domain.errors import SkuTaken
from inventory_svc.domain.lines import Line
from inventory_svc.domain.product import Product
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.returns import Returned
from tests.builders.incentive import percent
from tests.builders.product import a_product, an_item
from tests.inventory_svc.shop import TTL, UNPLACED, Pieces, SqlShop

LOCK_TIMEOUT_S = 0.1


@pytest.fixture
async def shop(write_url: str) -> AsyncIterator[SqlShop]:
    shop = SqlShop(write_url, lock_timeout_s=LOCK_TIMEOUT_S)
    await shop.clear()
    yield shop
    await shop.check_invariants()
    await shop.close()


@asynccontextmanager
async def locked(shop: SqlShop, rows: str) -> AsyncIterator[None]:
    """Somebody holds `SELECT FROM rows FOR UPDATE`."""
    async with shop.engines[1].begin() as connection:
        await connection.execute(text(f"SELECT FROM {rows} FOR UPDATE"))
        yield


async def test_a_locked_item_is_refused_and_others_are_sold(shop: SqlShop) -> None:
    stuck, free = await shop.stocked(5, 50)

    async with locked(shop, f"inventory WHERE id = {stuck.id}"):
        orders = [shop.order((stuck if number == 7 else free, 1)) for number in range(20)]
        results = await asyncio.gather(*map(shop.send, orders), return_exceptions=True)
        assert [isinstance(result, Locked) for result in results] == [number == 7 for number in range(20)]
        assert await shop.of(stuck) == Pieces(on_hand=5)
        assert await shop.of(free) == Pieces(on_hand=50, reserved=19)

        # Known to be locked by now: the others do not wait for it at all.
        began = time.monotonic()
        stuck_again = [asyncio.create_task(shop.send(shop.order((stuck, 1)))) for _ in range(3)]
        for _ in range(3):
            assert isinstance(await shop.send(shop.order((free, 1))), Reservation)
        assert time.monotonic() - began < 1
        assert all(isinstance(error, Locked) for error in await asyncio.gather(*stuck_again, return_exceptions=True))

    assert isinstance(await shop.send(shop.order((stuck, 1))), Reservation)
    assert await shop.of(stuck) == Pieces(on_hand=5, reserved=1)


@contextmanager
def lock_timeouts() -> Iterator[list[Exception]]:
    """The errors of statements that wait in vain for a row."""
    met: list[Exception] = []

    def note(error: Exception) -> AppError | None:
        if sqlstate(error) == "55P03":
            met.append(error)
        return meaning_of(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failures, "meaning_of", note)
        yield met


@pytest.mark.parametrize("stuck_orders", [1, 8, 20])
async def test_a_locked_item_is_waited_for_once(shop: SqlShop, stuck_orders: int) -> None:
    """However many orders of a batch need it: of twenty, eight were found by 17 further attempts that waited."""
    stuck, free = await shop.stocked(50, 50)
    items = [stuck] * stuck_orders + [free] * (20 - stuck_orders)
    random.Random(5).shuffle(items)
    held = [await shop.send(shop.order((item, 1))) for item in items]
    commands: list[list[Command[Any]]] = [
        [shop.order((item, 1)) for item in items],
        [Commit(order_id=hold.order_id, revision=0) for hold in held],
        [Release(order_id=hold.order_id, revision=0) for hold in held],
    ]

    async with locked(shop, f"inventory WHERE id = {stuck.id}"):
        for batch in commands:
            with lock_timeouts() as met:
                results = await asyncio.gather(*map(shop.send, batch), return_exceptions=True)
            assert [isinstance(result, Locked) for result in results] == [item is stuck for item in items]
            assert len(met) == 1

    assert (await shop.of(free)).on_hand == 50
    assert await shop.of(stuck) == Pieces(on_hand=50, reserved=stuck_orders)


@pytest.mark.parametrize("table", ["product_item", "product"])
async def test_an_order_waits_for_no_other_row_of_its_item(shop: SqlShop, table: str) -> None:
    """The price is read without a lock."""
    (item,) = await shop.stocked(5)

    async with locked(shop, table):
        assert isinstance(await shop.send(shop.order((item, 1))), Reservation)


async def test_a_locked_code_is_refused_and_others_are_sold(shop: SqlShop) -> None:
    (item,) = await shop.stocked(50)
    await shop.offered(percent(code="STUCK"))
    await shop.offered(percent(code="FREE"))

    async with locked(shop, "incentive WHERE code = 'STUCK'"):
        codes = ["STUCK" if number in (1, 4, 6) else "FREE" for number in range(8)]
        orders = [shop.order((item, 1), incentive_codes=(code,)) for code in codes]
        with lock_timeouts() as met:
            results = await asyncio.gather(*map(shop.send, orders), return_exceptions=True)

    assert [isinstance(result, Locked) for result in results] == [code == "STUCK" for code in codes]
    assert await shop.of(item) == Pieces(on_hand=50, reserved=5)
    assert len(met) == 1


async def test_products_that_claim_one_sku_at_once_hold_no_order_up(shop: SqlShop) -> None:
    (item,) = await shop.stocked(50)
    clashing = [a_product(an_item(sku="SAME"), an_item(sku=f"OTHER-{n}")) for n in range(12)]
    creating = [asyncio.create_task(shop.send(CreateProduct(product=p), replica=n % 2)) for n, p in enumerate(clashing)]

    async with asyncio.timeout(5):
        for _ in range(10):
            assert isinstance(await shop.send(shop.order((item, 1))), Reservation)
        outcomes = await asyncio.gather(*creating, return_exceptions=True)

    assert Counter(map(type, outcomes))[Product] == 1
    assert {type(outcome) for outcome in outcomes} <= {Product, SkuTaken, Locked}
    assert await shop.product_count() == 2


def amend(order_id: int, item: Any) -> Amend:
    return Amend(order_id=order_id, revision=1, lines=(Line(item.id, 1),))


def restock(order_id: int, item: Any) -> Restock:
    return Restock(order_id=order_id, returned=Returned(lines=(Line(item.id, 1),)))


@pytest.mark.parametrize(
    ("command", "free_then"),
    [
        (lambda order_id, _: Commit(order_id=order_id, revision=0), Pieces(on_hand=48, sold=2)),
        (lambda order_id, _: Release(order_id=order_id, revision=0), Pieces(on_hand=50)),
        (amend, Pieces(on_hand=50, reserved=1)),
    ],
    ids=["Commit", "Release", "Amend"],
)
async def test_an_order_of_a_locked_item_is_refused_and_others_go_on(
    shop: SqlShop, command: Callable[[int, Any], Any], free_then: Pieces
) -> None:
    stuck, free = await shop.stocked(50, 50)
    items = [free, stuck]
    held = [await shop.send(shop.order((item, 2))) for item in items]

    async with locked(shop, f"inventory WHERE id = {stuck.id}"):
        sending = [shop.send(command(hold.order_id, item)) for hold, item in zip(held, items, strict=True)]
        _, refusal = await asyncio.gather(*sending, return_exceptions=True)

        assert isinstance(refusal, Locked)
        assert await shop.of(free) == free_then
        assert await shop.of(stuck) == Pieces(on_hand=50, reserved=2)

    await shop.send(command(held[1].order_id, stuck))
    assert await shop.of(stuck) == free_then


async def test_added_pieces_of_a_locked_item_are_found_by_the_hold_that_has_them(shop: SqlShop) -> None:
    """The item is none of the order's own: found by halves, it would be waited for again and again."""
    stuck, free = await shop.stocked(50, 50)
    held = [await shop.send(shop.order((free, 1))) for _ in range(8)]
    added = [await shop.send(shop.order((stuck if number == 5 else free, 1))) for number in range(8)]
    commands = [
        Amend(
            order_id=own.order_id,
            revision=1,
            lines=(Line(free.id, 1), Line(stuck.id, 1)) if number == 5 else (Line(free.id, 2),),
            supplementary_hold_id=extra.order_id,
        )
        for number, (own, extra) in enumerate(zip(held, added, strict=True))
    ]

    async with locked(shop, f"inventory WHERE id = {stuck.id}"):
        with lock_timeouts() as met:
            results = await asyncio.gather(*map(shop.send, commands), return_exceptions=True)

    assert [isinstance(result, Locked) for result in results] == [number == 5 for number in range(8)]
    assert len(met) == 1


async def test_returns_and_backorders_of_a_locked_item_are_refused_and_others_go_on(shop: SqlShop) -> None:
    stuck, free = await shop.stocked(5, 5)
    sold = [await shop.send(shop.order((item, 1))) for item in (free, stuck)]
    for hold in sold:
        await shop.send(Commit(order_id=hold.order_id, revision=0))
    waiting = [await shop.send(shop.order((item, 1))) for item in await shop.backorderable(0, 0)]
    waited_for = waiting[1].lines[0].product_item_id

    async with locked(shop, f"inventory WHERE id IN ({stuck.id}, {waited_for})"):
        sending: list[Awaitable[Any]] = [
            *(shop.send(restock(hold.order_id, item)) for hold, item in zip(sold, (free, stuck), strict=True)),
            *(shop.send(KeepReservation(order_id=hold.order_id)) for hold in waiting),
        ]
        results = await asyncio.gather(*sending, return_exceptions=True)

    assert [type(result) for result in results] == [type(None), Locked, type(None), Locked]
    assert await shop.of(free) == Pieces(on_hand=5, sold=1, restocked=1)
    assert await shop.of(stuck) == Pieces(on_hand=4, sold=1)


async def test_holds_of_other_items_expire(shop: SqlShop) -> None:
    stuck, free = await shop.stocked(5, 5)
    held = [await shop.send(shop.order((item, 1))) for item in (stuck, free)]
    await shop.let_time_pass(2 * TTL)

    async with locked(shop, f"inventory WHERE id = {stuck.id}"):
        with pytest.raises(Locked):
            await shop.reap()

    assert await shop.states() == {held[0].order_id: "HELD", held[1].order_id: "EXPIRED"}
    await shop.reap()
    assert await shop.of(stuck) == Pieces(on_hand=5)


async def test_holds_behind_a_thousand_that_are_locked_expire(shop: SqlShop) -> None:
    """A thousand is what order_svc is asked about at once."""
    stuck, free = await shop.stocked(1000, 1)
    held = await asyncio.gather(*(shop.send(shop.order((item, 1))) for item in [stuck] * 1000 + [free]))
    await shop.let_time_pass(2 * TTL)

    async with locked(shop, f"inventory WHERE id = {stuck.id}"):
        with pytest.raises(Locked):
            await shop.reap()

    assert (await shop.states())[held[-1].order_id] == "EXPIRED"
    assert await shop.of(stuck) == Pieces(on_hand=1000, reserved=1000)
    # One of them finds out that the row is free.
    with pytest.raises(Locked):
        await shop.reap()
    await shop.reap()
    assert await shop.of(stuck) == Pieces(on_hand=1000)


async def test_a_hold_that_cannot_be_extended_stays_and_others_expire(shop: SqlShop) -> None:
    stuck, free = await shop.stocked(5, 5)
    placed, lost = [await shop.send(shop.order((item, 1))) for item in (stuck, free)]
    shop.orders.placed = {placed.order_id}
    await shop.let_time_pass(UNPLACED)

    async with locked(shop, f"inventory WHERE id = {stuck.id}"):
        with pytest.raises(Locked):
            await shop.reap()

    assert await shop.states() == {placed.order_id: "HELD", lost.order_id: "EXPIRED"}
    await shop.reap()
    assert await shop.states() == {placed.order_id: "HELD", lost.order_id: "EXPIRED"}


async def test_backorders_of_other_withdrawn_items_are_given_up(shop: SqlShop) -> None:
    """Also those behind a page of orders, of which one is locked."""
    products = [await shop.given(a_product(an_item(quantity=0, backorderable=True))) for _ in range(2)]
    stuck, gone = (product.items[0] for product in products)
    waiting = [await shop.send(shop.order((item, 1))) for item in (stuck, *[gone] * 101)]
    await asyncio.gather(*(shop.send(KeepReservation(order_id=hold.order_id)) for hold in waiting))
    for product in products:
        await shop.delete(product)

    async with locked(shop, f"inventory WHERE id = {stuck.id}"):
        with pytest.raises(Locked):
            await shop.sweep()

    stuck_id, *free_ids = (hold.order_id for hold in waiting)
    assert await shop.states() == {stuck_id: "BACKORDERED"} | dict.fromkeys(free_ids, "RELEASED")
    assert len(await shop.denied()) == 101
    await shop.sweep()
    assert await shop.of(stuck) == Pieces(on_hand=0)
