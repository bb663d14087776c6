"""Ids of orders: opaque, stable, and different for each installation."""

from __future__ import annotations

from itertools import pairwise

import pytest

from chassis.db.engine import make_engine
from order_svc.order_ids import OrderIds
from order_svc.shop_key import shop_key
from tests.conftest import DatabasesOf

KEY = bytes(range(16))
LARGEST = 2**63 - 1


@pytest.mark.parametrize("number", [1, 2, 1_000, LARGEST])
def test_an_id_leads_back_to_its_number(number: int) -> None:
    ids = OrderIds(KEY)

    id = ids.of_order(number)

    assert len(id) == 32
    assert set(id) <= set("0123456789abcdef")
    assert ids.order_number(id) == number
    assert OrderIds(KEY).of_order(number) == id


def test_ids_of_neighbours_have_nothing_in_common() -> None:
    ids = [OrderIds(KEY).of_order(number) for number in range(1, 200)]

    alike = [sum(a == b for a, b in zip(one, next_one, strict=True)) for one, next_one in pairwise(ids)]
    assert max(alike) < 10
    assert ids != sorted(ids)


def test_what_belongs_to_an_order_has_ids_of_its_own() -> None:
    ids = OrderIds(KEY)
    of_orders = [ids.of_order(number) for number in (1, 2)]
    parts = [of(order, number) for of in (ids.of_refund, ids.of_shipment) for order in (1, 2) for number in (1, 2, 100)]

    assert len({*of_orders, *parts, ids.of_item(1), ids.of_item(2)}) == 16
    assert all(len(id) == 32 and ids.order_number(id) == 0 for id in parts)


def test_ids_that_were_handed_out_stay() -> None:
    ids = OrderIds(KEY)

    assert ids.of_order(7) == "6278ad7811499373cea1d8c559e35479"
    assert ids.of_item(7) == "4e7120298f15ea6e6c1c5f241dbdb1b2"


def test_another_shop_has_other_ids() -> None:
    assert OrderIds(KEY).of_order(1) != OrderIds(bytes(16)).of_order(1)
    assert OrderIds(KEY).order_number(OrderIds(bytes(16)).of_order(1)) == 0


@pytest.mark.parametrize(
    "id", ["", "1", "1042", "a" * 32, "a" * 31, "a" * 64, "ä" * 32, "=" * 32, " " * 32, OrderIds(KEY).of_item(1)]
)
def test_what_is_no_id_of_an_order_is_none(id: str) -> None:
    assert OrderIds(KEY).order_number(id) == 0


# Blanks between digits are no digits.
@pytest.mark.parametrize("id", [*("a" * length for length in range(41)), "aa " * 16, "aa" * 10 + " " * 12])
def test_whatever_was_asked_for_before_an_order_is_found(id: str) -> None:
    ids = OrderIds(KEY)

    assert ids.order_number(id) == 0
    assert ids.order_number(ids.of_order(7)) == 7


def test_each_order_has_one_spelling() -> None:
    ids, spellings = OrderIds(KEY), set()
    id = ids.of_order(7)
    for last in "0123456789abcdef":
        spellings.add(ids.order_number(id[:-1] + last))

    assert spellings == {0, 7}
    assert ids.order_number(id.upper()) == 0


async def test_the_key_stays_with_the_database(databases_of: DatabasesOf) -> None:
    urls = await databases_of("order_svc")
    write = make_engine(urls["easyorder_order_write"], application_name="tests")

    first, again = [OrderIds(await shop_key(write)) for _ in range(2)]

    assert again.order_number(first.of_order(1)) == 1
    await write.dispose()
