"""Whatever row of an order changes, the log has the order once a transaction, and the read side follows."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.builders.order import an_order
from tests.chassis.db.parcels import execute
from tests.order_svc.order_reads import OrderReads

A_REFUND = """
INSERT INTO refund (refund_id, order_id, transaction_id, amount, currency, reason, items, requested_at,
    created_on, created_by, modified_on, modified_by)
SELECT 'r', id, 't', 1, 'USD', 'changed', '[]', now(), now(), created_by, now(), created_by FROM orders
"""
PENDING = text("SELECT entity, entity_id, owner FROM change_log")


async def test_a_new_order_is_in_the_log_once(reads: OrderReads) -> None:
    order_id = await reads.app.given(builder := an_order(off="7.50"))

    async with reads.write.connect() as connection:
        changes = [tuple(row) for row in await connection.execute(PENDING)]
    assert changes == [("orders", order_id, builder.build().owner)]


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        ("UPDATE orders SET cancel_reason = 'late'", "cancel_reason='late'"),
        ("UPDATE order_item SET sku = 'changed'", "sku='changed'"),
        ("UPDATE order_discount SET description = 'changed'", "description='changed'"),
        ("UPDATE payment SET failure_reason = 'changed'", "failure_reason='changed'"),
        (A_REFUND, "reason='changed'"),
    ],
)
async def test_a_change_of_any_row_of_an_order_reaches_the_read_side(
    reads: OrderReads, change: str, shown: str
) -> None:
    (order_id,) = await reads.given(an_order(off="7.50").paid())
    assert shown not in str(await reads.get(order_id))

    await execute(reads.write, change)
    await reads.project()

    assert shown in str(await reads.get(order_id))
