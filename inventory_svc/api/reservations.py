"""ReservationService: what order_svc has reserved, sold, changed and returned, as commands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection, Iterable
from typing import TypeVar

from easyorder.internal.inventory.v1 import (
    AmendRequest,
    AmendResponse,
    CommitRequest,
    CommitResponse,
    ListReservationsRequest,
    ListReservationsResponse,
    PreviewReservationRequest,
    PreviewReservationResponse,
    ReleaseRequest,
    ReleaseResponse,
    ReserveRequest,
    ReserveResponse,
    ReserveResult,
    RestockRequest,
    RestockResponse,
    SettlementResult,
)

from chassis.context import current
from chassis.errors import AppError, InvalidArgument, PermissionDenied
from chassis.grpc.status import to_status
from chassis.mediator import Command, Mediator
from foundation import failpoints
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.domain.reservation import Reservation
from inventory_svc.messages.reservations import (
    amend_command,
    preview_command,
    preview_message,
    release_commands,
    reservation_message,
    reserve_command,
    restock_command,
    stored_message,
)
from inventory_svc.queries.reservations import StoredReservations

R = TypeVar("R")


def _one_revision_each(request: CommitRequest | ReleaseRequest, refused: Collection[str]) -> None:
    if "orderIds" not in refused and len(request.revisions) != len(request.order_ids):
        raise InvalidArgument.of("revisions", "must have one entry for each of orderIds")


class ReservationApi:
    """The rpcs of easyorder.internal.inventory.v1.ReservationService.

    Each order of a call is a separate command, so that orders of concurrent calls share a transaction.
    """

    rules = dict.fromkeys(("commit", "release"), (_one_revision_each,))

    def __init__(self, mediator: Mediator[InventoryUow], stored: StoredReservations) -> None:
        self._mediator = mediator
        self._stored = stored

    async def reserve(self, request: ReserveRequest) -> ReserveResponse:
        for wanted in request.reservations:
            _check_user(wanted.user_id)
        answers = await self._each(reserve_command(wanted) for wanted in request.reservations)
        failpoints.reach("stock_held_not_answered")
        return ReserveResponse(results=[_reserve_result(answer) for answer in answers])

    async def commit(self, request: CommitRequest) -> CommitResponse:
        unpaid = set(request.unpaid_order_ids)
        answers = await self._each(
            Commit(order_id=id, revision=revision, paid=id not in unpaid) for id, revision in _attempts(request)
        )
        return CommitResponse(results=_outcomes(request.order_ids, answers))

    async def release(self, request: ReleaseRequest) -> ReleaseResponse:
        answers = await self._each(release_commands(request))
        return ReleaseResponse(results=_outcomes(request.order_ids, answers))

    async def amend(self, request: AmendRequest) -> AmendResponse:
        answers = await self._each(amend_command(change) for change in request.amendments)
        return AmendResponse(results=[_reserve_result(answer) for answer in answers])

    async def preview_reservation(self, request: PreviewReservationRequest) -> PreviewReservationResponse:
        _check_user(request.user_id)
        return preview_message(await self._mediator.send(preview_command(request)))

    async def restock(self, request: RestockRequest) -> RestockResponse:
        answers = await self._each(restock_command(returned) for returned in request.orders)
        return RestockResponse(results=_outcomes([returned.order_id for returned in request.orders], answers))

    async def list_reservations(self, request: ListReservationsRequest) -> ListReservationsResponse:
        if request.order_ids:
            found = await self._stored.of_orders(request.order_ids)
        else:
            found = await self._stored.page(after=request.after_order_id, limit=request.limit)
        return ListReservationsResponse(reservations=[stored_message(reservation) for reservation in found])

    async def _each(self, commands: Iterable[Command[R]]) -> list[R | AppError]:
        sending = [self._mediator.send(command) for command in commands]
        return await asyncio.gather(*(_answer(sent) for sent in sending))


def _check_user(user_id: str) -> None:
    """Raises PermissionDenied if order_svc calls for a user and names another one, whose points would be spent."""
    if (user := current().user) and user.id != user_id:
        raise PermissionDenied("this reservation is for another user than the call")


async def _answer(sending: Awaitable[R]) -> R | AppError:
    try:
        return await sending
    except AppError as error:
        return error


def _reserve_result(answer: Reservation | AppError) -> ReserveResult:
    if isinstance(answer, AppError):
        return ReserveResult(error=to_status(answer))
    return ReserveResult(reservation=reservation_message(answer))


def _attempts(request: CommitRequest | ReleaseRequest) -> Iterable[tuple[int, int]]:
    return zip(request.order_ids, request.revisions, strict=True)


def _outcomes(order_ids: Iterable[int], answers: Iterable[AppError | None]) -> list[SettlementResult]:
    return [
        SettlementResult(order_id=order_id, error=to_status(answer) if answer else None)
        for order_id, answer in zip(order_ids, answers, strict=True)
    ]
