"""inventory_svc over gRPC: holds, sales and returns that are requested at the same time travel in one call."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeAlias, TypeVar

from easyorder.google.rpc import Status as StatusMessage
from easyorder.internal.inventory.v1 import (
    Amendment,
    AmendRequest,
    AmendResponse,
    CommitRequest,
    CommitResponse,
    PreviewReservationRequest,
    PreviewReservationResponse,
    ReleaseRequest,
    ReleaseResponse,
    Reservation,
    ReservationLine,
    ReservationRequest,
    ReservationState,
    ReserveRequest,
    ReserveResponse,
    RestockRequest,
    RestockResponse,
    ReturnedGoods,
    SettlementResult,
    WriteOff,
)

from chassis.batching import Batcher, LockedRows
from chassis.errors import AppError, Internal, Kind, Locked
from chassis.google_types import money_message
from chassis.grpc.clients import Client, rpc
from chassis.grpc.status import from_status
from chassis.money import Money
from order_svc.domain.inventory import HeldDiscount, HeldItem, Hold, HoldPreview, HoldRequest, Pieces, StockAmendment
from order_svc.messages.orders import stock_view

T = TypeVar("T")

_SERVICE = "easyorder.internal.inventory.v1.ReservationService"
_RESERVE = rpc(_SERVICE, "Reserve", ReserveRequest, ReserveResponse)
_PREVIEW = rpc(_SERVICE, "PreviewReservation", PreviewReservationRequest, PreviewReservationResponse)
_COMMIT = rpc(_SERVICE, "Commit", CommitRequest, CommitResponse)
_AMEND = rpc(_SERVICE, "Amend", AmendRequest, AmendResponse)
_RESTOCK = rpc(_SERVICE, "Restock", RestockRequest, RestockResponse)
_RELEASE = rpc(_SERVICE, "Release", ReleaseRequest, ReleaseResponse)
# Orders that are held together are placed, charged and paid together, so this sets the batch size of all those steps.
# Larger batches save CPU, and replies wait longer for them (ADR 0003). A single order is never delayed.
_RESERVING_SHARE = 0.4
# Sales and releases are durable jobs: no request waits for them, and until then the stock is held.
_SETTLING_PACE_S = 0.2

# Items that another transaction has locked are often free a moment later. The longest waits before the next attempts.
_WHILE_LOCKED_S = (0.4, 1.0)

# An order id, and the revision of the order that the call acts for.
_Attempt: TypeAlias = tuple[int, int]
# With the pieces that are written off.
_Release: TypeAlias = tuple[int, int, Pieces]


class GrpcInventory:
    """`timeout_s` bounds each call, retries included."""

    def __init__(self, peer: Client, *, timeout_s: float) -> None:
        self._peer = peer
        self._timeout_s = timeout_s
        self._reserving: Batcher[HoldRequest, Hold] = Batcher("reserve", self._reserve, share=_RESERVING_SHARE)
        # Holds of items that were locked when they were last asked for. One of them waits for the row at inventory_svc,
        # and the whole call with it.
        self._reserving_locked: Batcher[HoldRequest, Hold] = Batcher("reserve locked", self._reserve)
        self._locked = LockedRows()
        self._amending: Batcher[StockAmendment, Hold] = Batcher("amend", self._amend)

        def settling(
            name: str, run: Callable[[Sequence[T]], Awaitable[Sequence[BaseException | None]]]
        ) -> Batcher[T, None]:
            return Batcher(name, run, pace_s=_SETTLING_PACE_S)

        # A message names orders as unpaid or unplaced, not steps. Two steps of one order may wait at the same time, so
        # each call is of one kind.
        self._committing = {paid: settling("commit", partial(self._commit, paid=paid)) for paid in (True, False)}
        self._releasing = {
            placed: settling("release", partial(self._release, placed=placed)) for placed in (True, False)
        }

    async def reserve(self, request: HoldRequest) -> Hold:
        for wait_s in _WHILE_LOCKED_S:
            with suppress(Locked):
                return await self._hold(request)
            await asyncio.sleep(random.uniform(wait_s / 2, wait_s))
        return await self._hold(request)

    async def preview(self, request: HoldRequest) -> HoldPreview:
        message = PreviewReservationRequest(
            user_id=request.user_id,
            lines=_lines(request.lines),
            currency=request.currency,
            incentive_codes=list(request.incentive_codes),
            loyalty_points=request.loyalty_points,
        )
        reply = await self._peer.call(_PREVIEW, message, timeout_s=self._timeout_s)
        assert reply.reservation is not None  # inventory_svc always has one
        return HoldPreview(
            hold=_hold(reply.reservation, key=""),
            refused_codes=tuple((refused.code, refused.reason) for refused in reply.refused_codes),
            points_spent=reply.reservation.loyalty_points_spent,
            points_earned=reply.reservation.loyalty_points_earned,
        )

    async def _hold(self, request: HoldRequest) -> Hold:
        batcher = self._reserving_locked if self._locked.of(request.locks) else self._reserving
        try:
            hold = await batcher.submit(request)
        except AppError as error:
            # A precondition is checked on the rows.
            reached = [request.locks] if error.kind is Kind.FAILED_PRECONDITION else []
            self._locked.learn(reached, [request.locks] if isinstance(error, Locked) else [])
            raise
        self._locked.learn([request.locks], [])
        return hold

    async def commit(self, order_id: int, revision: int, *, paid: bool) -> None:
        await self._committing[paid].submit((order_id, revision))

    async def amend(self, amendment: StockAmendment) -> Hold:
        return await self._amending.submit(amendment)

    async def restock(self, order_id: int, returned: Pieces, *, refunded: Money, written_off: Pieces = ()) -> None:
        goods = ReturnedGoods(
            order_id=order_id,
            lines=_lines(returned),
            refunded=money_message(refunded),
            written_off=_lines(written_off),
        )
        message = RestockRequest(orders=[goods])
        reply = await self._peer.call(_RESTOCK, message, timeout_s=self._timeout_s)
        for error in filter(None, _outcomes([order_id], reply.results)):
            raise error

    async def release(self, order_id: int, revision: int, *, written_off: Pieces = ()) -> None:
        await self._releasing[True].submit((order_id, revision, written_off))

    async def release_unplaced(self, order_id: int) -> None:
        await self._releasing[False].submit((order_id, 0, ()))

    async def _reserve(self, requests: Sequence[HoldRequest]) -> list[Hold | BaseException]:
        message = ReserveRequest(reservations=[_reservation_request(request) for request in requests])
        reply = await self._peer.call(_RESERVE, message, timeout_s=self._timeout_s)
        return [
            _hold(result.reservation, key=request.key) if result.reservation is not None else _error(result.error)
            for request, result in zip(requests, reply.results, strict=True)
        ]

    async def _amend(self, amendments: Sequence[StockAmendment]) -> list[Hold | BaseException]:
        message = AmendRequest(amendments=[_amendment(amendment) for amendment in amendments])
        reply = await self._peer.call(_AMEND, message, timeout_s=self._timeout_s)
        return [
            _hold(result.reservation, key="") if result.reservation is not None else _error(result.error)
            for result in reply.results
        ]

    async def _commit(self, sales: Sequence[_Attempt], *, paid: bool) -> list[BaseException | None]:
        order_ids, revisions = map(list, zip(*sales, strict=True))
        unpaid = [] if paid else order_ids
        request = CommitRequest(order_ids=order_ids, revisions=revisions, unpaid_order_ids=unpaid)
        return _outcomes(order_ids, (await self._peer.call(_COMMIT, request, timeout_s=self._timeout_s)).results)

    async def _release(self, releases: Sequence[_Release], *, placed: bool) -> list[BaseException | None]:
        order_ids = [order_id for order_id, _, _ in releases]
        request = ReleaseRequest(
            order_ids=order_ids,
            revisions=[revision for _, revision, _ in releases],
            unplaced_order_ids=[] if placed else order_ids,
            write_offs=[WriteOff(order_id=id, lines=_lines(lines)) for id, _, lines in releases if lines],
        )
        return _outcomes(order_ids, (await self._peer.call(_RELEASE, request, timeout_s=self._timeout_s)).results)


def _reservation_request(request: HoldRequest) -> ReservationRequest:
    return ReservationRequest(
        order_id=request.order_id,
        request_key=request.key,
        user_id=request.user_id,
        lines=_lines(request.lines),
        currency=request.currency,
        incentive_codes=list(request.incentive_codes),
        loyalty_points=request.loyalty_points,
        re_reserve=request.re_reserve,
        keep_prices=request.keep_prices,
        no_backorder=request.no_backorder,
    )


def _lines(lines: Sequence[tuple[int, int]]) -> list[ReservationLine]:
    return [ReservationLine(product_item_id=item, quantity=quantity) for item, quantity in lines]


def _amendment(amendment: StockAmendment) -> Amendment:
    return Amendment(
        order_id=amendment.order_id,
        revision=amendment.revision,
        supplementary_hold_id=amendment.supplementary_hold_id,
        lines=_lines(amendment.lines),
        re_reserve=amendment.re_reserve,
        reopen=amendment.reopen,
        validate_only=amendment.validate_only,
    )


def _hold(reservation: Reservation, *, key: str) -> Hold:
    return Hold(
        order_id=reservation.order_id,
        key=key,
        is_held=reservation.state is ReservationState.HELD,
        waits=reservation.state is ReservationState.BACKORDERED,
        items=tuple(
            HeldItem(
                product_item_id=line.product_item_id,
                sku=line.sku,
                name=line.name,
                quantity=line.quantity,
                unit_price=_money(line.unit_price),
                discount=_money(line.discount)
                if line.discount is not None
                else Money.zero(_money(line.unit_price).currency),
                product_id=line.product_id,
                options=tuple((option.variation, option.value) for option in line.options),
            )
            for line in reservation.lines
        ),
        expires_at=reservation.expire_time,
        discounts=tuple(
            HeldDiscount(code=discount.code, description=discount.description, amount=_money(discount.amount))
            for discount in reservation.discounts
        ),
        stocks=tuple(stock_view(line.stock) for line in reservation.lines if line.stock is not None),
    )


def _money(message: Any) -> Money:
    return Money.from_units(message.units, message.nanos, message.currency_code)


def _outcomes(order_ids: Sequence[int], results: Sequence[SettlementResult]) -> list[BaseException | None]:
    errors = [result.error for _, result in zip(order_ids, results, strict=True)]
    return [None if error is None else _error(error) for error in errors]


def _error(status: StatusMessage | None) -> AppError:
    if status is None:
        return Internal("inventory_svc answered neither a result nor an error")
    return from_status(status)
