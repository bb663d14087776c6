"""The books of orders on PostgreSQL say which refunds are for operators."""

from __future__ import annotations

from chassis.jobs import JobOutcome
from order_svc.commands.cancel_order import CancelOrder
from order_svc.commands.settle_refund import SettleRefund
from order_svc.reconciliation.adapters.order_books import SqlOrderBooks
from tests.builders.order import an_order
from tests.order_svc.order_app import SqlOrderApp


async def test_a_refund_is_for_operators_while_its_job_is_dead_and_once_it_is_settled(sql_app: SqlOrderApp) -> None:
    order_id, other_id = [await sql_app.given(an_order().paid()) for _ in range(2)]
    await sql_app.send(CancelOrder(order_id=order_id, reason="late"))
    books, job = SqlOrderBooks(sql_app.engine), await sql_app.job("return_money")

    async def by_hand() -> dict[int, frozenset[str]]:
        return {id: stored.by_hand for id, stored in (await books.orders([order_id, other_id])).items()}

    assert await by_hand() == {order_id: frozenset(), other_id: frozenset()}
    assert job.lease is not None
    async with sql_app.open_uow() as uow:
        uow.settle(JobOutcome(job.lease, "DEAD", error="refused"))
        await uow.commit()
    refund_id = job.payload["refund_id"]
    assert await by_hand() == {order_id: frozenset({refund_id}), other_id: frozenset()}

    await sql_app.send(
        SettleRefund(
            order_id=order_id,
            transaction_id=job.payload["transaction_id"],
            refund_id=refund_id,
            job_key=job.key,
            reason="by bank transfer",
        )
    )

    assert (await sql_app.job("return_money")).state == "DISCARDED"
    assert await by_hand() == {order_id: frozenset({refund_id}), other_id: frozenset()}
