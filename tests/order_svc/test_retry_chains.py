"""The longest chains of retries: how often one command is attempted, over all layers, when it never succeeds."""

from __future__ import annotations

import asyncio

import pytest
from easyorder.internal.inventory.v1 import Reservation, ReserveRequest, ReserveResponse, ReserveResult

from chassis.errors import AppError, Conflict, DeadlineExceeded, InvalidArgument, Locked, Unavailable
from chassis.grpc.status import to_status
from order_svc.adapters.inventory import GrpcInventory
from order_svc.domain.inventory import Hold, HoldRequest
from tests.builders.order import SHOPPER
from tests.chassis.mediator_app import MediatorApp, TakeNote, TakeNotes, in_memory_app
from tests.mesh import serving
from tests.order_svc.test_amendments import AmendingApp

MOST = 12
BATCH, GOOD = 200, 150
THE_ONE = "200"
NEVER: dict[str, tuple[Exception, set[int]]] = {
    # A whole batch twice, then its eight halves, the last of which, the command alone, twice.
    "a conflict": (Conflict("collided"), {11}),
    # A whole batch twice and its halves; in two further calls one command tries the row, which may be another.
    "a locked row": (Locked("in progress", retry_after_s=1), {10, 11, 12}),
    "a defect": (ValueError("a defect"), {9}),
    "a database that is away": (Unavailable("no connection"), {5}),
    "a deadline": (DeadlineExceeded("too late"), {9}),
}


class Inventory:
    """Reserves by notes of a mediator, in batches as inventory_svc does; a batch needs one row."""

    def __init__(self, app: MediatorApp) -> None:
        self._app = app

    async def reserve(self, request: ReserveRequest) -> ReserveResponse:
        notes = [TakeNotes(text=str(wanted.order_id), needs=("row",)) for wanted in request.reservations]
        outcomes = await asyncio.gather(*map(self._app.mediator.send, notes), return_exceptions=True)
        if errors := [outcome for outcome in outcomes if isinstance(outcome, Unavailable)]:
            raise errors[0]
        return ReserveResponse(results=[_result(outcome) for outcome in outcomes])


def _result(outcome: str | BaseException) -> ReserveResult:
    if isinstance(outcome, str):
        return ReserveResult(reservation=Reservation())
    error = outcome if isinstance(outcome, AppError) else AppError("a defect")
    return ReserveResult(error=to_status(error))


def a_hold(order_id: int) -> HoldRequest:
    return HoldRequest(order_id=order_id, key=f"k-{order_id}", user_id=SHOPPER, currency="USD", lines=((7, 1),))


@pytest.mark.parametrize("fault", NEVER)
async def test_a_hold_among_many_is_attempted_at_most_twelve_times(fault: str) -> None:
    app = in_memory_app()
    error, attempts = NEVER[fault]
    for number in range(GOOD + 1, BATCH + 1):
        app.broken[str(number)] = lambda: error

    async with serving({"easyorder.internal.inventory.v1.ReservationService": Inventory(app)}) as mesh:
        inventory = GrpcInventory(mesh.service(), timeout_s=10)
        holds = (inventory.reserve(a_hold(number)) for number in range(1, BATCH + 1))
        outcomes = await asyncio.gather(*holds, return_exceptions=True)

    assert isinstance(outcomes[-1], AppError)
    assert len([batch for batch in app.batches if THE_ONE in batch]) in attempts
    assert max(attempts) <= MOST
    if not isinstance(error, Unavailable):
        assert not [outcome for outcome in outcomes[:GOOD] if isinstance(outcome, BaseException)]


@pytest.mark.parametrize(
    ("error", "attempts"), [(Conflict("collided"), 6), (Unavailable("no connection"), 1), (InvalidArgument("no"), 1)]
)
async def test_a_single_command_is_attempted_again_after_conflicts_only(error: AppError, attempts: int) -> None:
    app = in_memory_app()
    app.broken["milk"] = lambda: error

    with pytest.raises(type(error)):
        await app.mediator.send(TakeNote(text="milk"))

    assert len(app.batches) == attempts <= MOST


async def test_a_change_of_an_order_that_others_keep_changing_is_attempted_four_times() -> None:
    app = AmendingApp()
    placed = await app.waiting()
    reserve, wanted = app.inventory.reserve, list[HoldRequest]()

    async def overtaken(request: HoldRequest) -> Hold:
        wanted.append(request)
        app.inventory.reserve = reserve  # type: ignore[method-assign]
        hold = await reserve(request)
        await app.update(placed.id, (1, 2 - len(wanted) % 2), (2, 1))
        app.inventory.reserve = overtaken  # type: ignore[method-assign]
        return hold

    app.inventory.reserve = overtaken  # type: ignore[method-assign]
    with pytest.raises(Unavailable, match="changed by others"):
        await app.update(placed.id, (1, 5), (2, 1))

    assert len(wanted) == 4 <= MOST
    # Nothing is left of the attempts.
    assert {item.product_item_id: item.quantity for item in (await app.order(placed.id)).items} == {1: 2, 2: 1}
    await app.work()
    assert await app.held() == {1: 2, 2: 1}
