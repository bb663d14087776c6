"""What a transaction does to the stock of the items that it has locked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.errors import InvalidArgument
from chassis.money import Money
from inventory_svc.domain.errors import OutOfStock
from inventory_svc.domain.lines import MAX_ON_HAND
from inventory_svc.domain.stock import StockBatch, StockItem, StockState, stock_state


def a_stock(*, on_hand: int, reserved: int = 0) -> StockItem:
    return StockItem(
        product_item_id=1,
        sku="SKU-1",
        name="Shirt",
        price=Money.of("10.00", "USD"),
        for_sale=True,
        on_hand=on_hand,
        reserved=reserved,
    )


def batch_of(item: StockItem) -> StockBatch:
    return StockBatch(datetime(2026, 1, 1, tzinfo=UTC), {item.product_item_id: item})


def test_adjustments_of_a_transaction_add_up() -> None:
    item = a_stock(on_hand=5)
    batch = batch_of(item)

    batch.adjust(1, 3)
    batch.adjust(1, -2)

    assert (item.moved.on_hand, item.moved.adjusted) == (1, 1)


def test_all_adjustments_together_leave_no_more_than_an_item_may_have() -> None:
    item = a_stock(on_hand=MAX_ON_HAND - 5)
    batch = batch_of(item)

    batch.adjust(1, 4)
    batch.adjust(1, 1)
    with pytest.raises(InvalidArgument, match="must leave at most"):
        batch.adjust(1, 1)

    assert (item.moved.on_hand, item.moved.adjusted) == (5, 5)


def test_pieces_that_are_held_cannot_be_taken_away() -> None:
    item = a_stock(on_hand=5, reserved=3)
    batch = batch_of(item)

    with pytest.raises(OutOfStock):
        batch.adjust(1, -3)
    assert not item.moved
    batch.adjust(1, -2)

    assert item.available == 0


@pytest.mark.parametrize(
    ("available", "waits", "state"),
    [
        (0, False, StockState.OUT_OF_STOCK),
        (0, True, StockState.BACKORDERED),
        (1, False, StockState.LOW),
        (2, False, StockState.LOW),
        (3, False, StockState.IN_STOCK),
        (3, True, StockState.BACKORDERED),
    ],
)
def test_the_state_of_an_item(available: int, waits: bool, state: Any) -> None:
    assert stock_state(available, waits=waits, low=2) is state
