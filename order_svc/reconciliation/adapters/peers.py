"""The books of inventory_svc and of the payment process, over gRPC."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from easyorder.internal.inventory.v1 import ListReservationsRequest, ListReservationsResponse
from easyorder.internal.inventory.v1 import StoredReservation as ReservationMessage
from easyorder.internal.payment.v1 import ListTransactionsRequest, ListTransactionsResponse
from easyorder.internal.payment.v1 import StoredTransaction as TransactionMessage

from chassis.google_types import money_of
from chassis.grpc.clients import Peer, rpc
from order_svc.reconciliation.domain.books import HoldState, StoredReservation, StoredTransaction

_RESERVATIONS = rpc(
    "easyorder.internal.inventory.v1.ReservationService",
    "ListReservations",
    ListReservationsRequest,
    ListReservationsResponse,
)
_TRANSACTIONS = rpc(
    "easyorder.internal.payment.v1.PaymentService",
    "ListTransactions",
    ListTransactionsRequest,
    ListTransactionsResponse,
)


class GrpcReservationBooks:
    """`timeout_s` bounds each call, retries included."""

    def __init__(self, inventory: Peer, *, timeout_s: float) -> None:
        self._inventory = inventory
        self._timeout_s = timeout_s

    async def of_orders(self, order_ids: Collection[int]) -> Mapping[int, StoredReservation]:
        if not order_ids:
            return {}
        found = await self._list(ListReservationsRequest(order_ids=list(order_ids)))
        return {reservation.order_id: reservation for reservation in found}

    async def page(self, *, after: int, limit: int) -> Sequence[StoredReservation]:
        return await self._list(ListReservationsRequest(after_order_id=after, limit=limit))

    async def _list(self, request: ListReservationsRequest) -> list[StoredReservation]:
        reply = await self._inventory.call(_RESERVATIONS, request, timeout_s=self._timeout_s)
        return [_reservation(message) for message in reply.reservations]


class GrpcTransactionBooks:
    """`timeout_s` bounds each call, retries included."""

    def __init__(self, payment: Peer, *, timeout_s: float) -> None:
        self._payment = payment
        self._timeout_s = timeout_s

    async def find(self, transaction_ids: Collection[str]) -> Mapping[str, StoredTransaction]:
        if not transaction_ids:
            return {}
        found = await self._list(ListTransactionsRequest(transaction_ids=list(transaction_ids)))
        return {transaction.transaction_id: transaction for transaction in found}

    async def page(self, *, after: str, limit: int) -> Sequence[StoredTransaction]:
        return await self._list(ListTransactionsRequest(after_transaction_id=after, limit=limit))

    async def _list(self, request: ListTransactionsRequest) -> list[StoredTransaction]:
        reply = await self._payment.call(_TRANSACTIONS, request, timeout_s=self._timeout_s)
        return [_transaction(message) for message in reply.transactions]


def _reservation(message: ReservationMessage) -> StoredReservation:
    return StoredReservation(
        order_id=message.order_id,
        state=HoldState(message.state.name or ""),
        revision=message.revision,
        request_key=message.request_key,
        lines=tuple((line.product_item_id, line.quantity, line.returned) for line in message.lines),
    )


def _transaction(message: TransactionMessage) -> StoredTransaction:
    payment = message.payment
    assert payment is not None  # the payment process always has one
    charged = money_of(payment.charged) if payment.charged else None
    refunded = money_of(payment.refunded) if payment.refunded else None
    own = StoredTransaction(
        transaction_id=payment.transaction_id,
        order_id=message.order_id,
        charged_at=payment.charge_time,
        refunds=tuple(
            (refund.refund_id, money_of(refund.amount).amount) for refund in message.refunds if refund.amount
        ),
    )
    if charged is None:
        return own
    return replace(
        own,
        currency=charged.currency,
        charged=charged.amount,
        refunded=refunded.amount if refunded else own.refunded,
    )
