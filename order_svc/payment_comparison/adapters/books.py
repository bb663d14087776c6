"""The books that are compared: the provider's, over gRPC, and the orders of the write database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from easyorder.internal.payment.v1 import (
    ListMovementsRequest,
    ListMovementsResponse,
)
from easyorder.internal.payment.v1 import ProviderMovement as MovementMessage
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch
from chassis.db.types import UtcDateTime
from chassis.google_types import money_of
from chassis.grpc.clients import Peer, rpc
from order_svc.payment_comparison.domain.movements import MovementKind, ProviderMovement, ProviderState
from order_svc.payment_comparison.domain.ports import ListedPage
from order_svc.reconciliation.adapters.order_books import SqlOrderBooks
from order_svc.reconciliation.adapters.peers import GrpcTransactionBooks
from order_svc.reconciliation.domain.books import StoredOrder, StoredTransaction

_LIST = rpc(
    "easyorder.internal.payment.v1.PaymentService", "ListMovements", ListMovementsRequest, ListMovementsResponse
)
# By pages of the primary key: no index of these times is kept for what runs once a day. The few orders with earlier
# payments are all taken.
_MOVED = text(
    "WITH page AS (SELECT id, paid_at, earlier_payments FROM orders WHERE id > :after ORDER BY id LIMIT :limit) "
    "SELECT page.id, coalesce(page.paid_at >= :start AND page.paid_at < :end, false) "
    "OR page.earlier_payments <> '[]' OR (p.charged_at IS NOT NULL AND (p.charged_at >= :start AND p.charged_at < :end "
    "OR p.processed_at >= :start AND p.processed_at < :end)) "
    "OR EXISTS (SELECT FROM refund AS r WHERE r.order_id = page.id AND r.done_at >= :start AND r.done_at < :end) "
    "AS moved FROM page JOIN payment AS p ON p.id = page.id ORDER BY page.id"
).bindparams(bindparam("start", type_=UtcDateTime), bindparam("end", type_=UtcDateTime))


class GrpcProviderBooks:
    """ProviderBooks of the payment process. `timeout_s` bounds each call, retries included."""

    def __init__(self, payment: Peer, *, timeout_s: float) -> None:
        self._payment, self._timeout_s = payment, timeout_s
        self._transactions = GrpcTransactionBooks(payment, timeout_s=timeout_s)

    async def listed(self, start: datetime, end: datetime, *, after: str) -> ListedPage:
        request = ListMovementsRequest(start_time=start, end_time=end, after=after)
        reply = await self._payment.call(_LIST, request, timeout_s=self._timeout_s)
        movements = [_movement(message) for message in reply.movements]
        return ListedPage(movements=movements, next=reply.next, foreign=reply.foreign_count)

    async def find(self, transaction_ids: Collection[str]) -> Mapping[str, StoredTransaction]:
        return await self._transactions.find(transaction_ids)


class SqlLedger:
    """The Ledger in the write database, `page` orders at a time."""

    def __init__(self, write: AsyncEngine, *, page: int = 1000) -> None:
        self._engine, self._page = write, page
        self._orders = SqlOrderBooks(write)

    async def orders(self, order_ids: Collection[int]) -> Mapping[int, StoredOrder]:
        return await self._orders.orders(order_ids) if order_ids else {}

    async def moved(self, start: datetime, end: datetime, *, after: int) -> tuple[list[int], int | None]:
        wanted = {"after": after, "limit": self._page, "start": start, "end": end}
        rows = await fetch(self._engine, _MOVED, wanted)
        return [row.id for row in rows if row.moved], rows[-1].id if rows else None


def _movement(message: MovementMessage) -> ProviderMovement:
    assert message.create_time is not None  # the payment process always has one
    return ProviderMovement(
        id=message.id,
        kind=MovementKind(message.kind.name or ""),
        transaction_id=message.transaction_id,
        refund_id=message.refund_id,
        order_id=message.order_id,
        amount=money_of(message.amount),
        state=ProviderState(message.state.name or ""),
        created_at=message.create_time,
    )
