"""Requests with one request_id share a hold: whichever fails does not take it away from the others."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from chassis.errors import AppError, Internal, RequestIdReused, Unavailable
from chassis.idempotency import RequestKey
from order_svc.commands.place_order import PlaceOrder
from order_svc.domain.status import Status
from tests.fakes.chassis import request_key
from tests.inventory_svc.shop import UNPLACED, Pieces
from tests.order_svc.attempts_app import STOCK, AttemptsApp


def paid_with(card: str) -> RequestKey:
    """The same request_id and lines, with a card of its own."""
    return request_key(body=card)


class Gate:
    """Holds the first PlaceOrder back until it is told to go on; it may fail then."""

    def __init__(self, app: AttemptsApp, *, failure: AppError | None = None) -> None:
        self._send = app.mediator.send
        self._failure = failure
        self.reached, self.opened = asyncio.Event(), asyncio.Event()
        app.mediator.send = self.send  # type: ignore[method-assign]

    async def send(self, command: Any) -> Any:
        if isinstance(command, PlaceOrder) and not self.reached.is_set():
            self.reached.set()
            await self.opened.wait()
            if self._failure is not None:
                raise self._failure
        return await self._send(command)


@pytest.fixture
async def app() -> AttemptsApp:
    app = AttemptsApp()
    await app.open()
    return app


async def test_a_request_with_another_card_does_not_release_the_hold_of_the_order(app: AttemptsApp) -> None:
    gate = Gate(app)
    first = asyncio.create_task(app.buy(request=paid_with("tok_ok")))
    await gate.reached.wait()
    placed = await app.buy(request=paid_with("tok_other"))

    gate.opened.set()
    with pytest.raises(RequestIdReused):
        await first
    await app.finish()

    assert await app.status(placed.id) is Status.PAID
    await app.check(placed.id)


async def test_a_hold_that_another_request_has_taken_again_is_not_released_by_the_first(app: AttemptsApp) -> None:
    gate = Gate(app)
    first = asyncio.create_task(app.buy(request=paid_with("tok_ok")))
    await gate.reached.wait()
    await app.shop.let_time_pass(UNPLACED)
    await app.shop.reap()
    placed = await app.buy(request=paid_with("tok_other"))

    gate.opened.set()
    with pytest.raises(RequestIdReused):
        await first
    await app.finish()

    assert await app.status(placed.id) is Status.PAID
    await app.check(placed.id)


@pytest.mark.parametrize("shared", [True, False])
async def test_a_hold_is_released_with_its_only_request_and_else_expires(app: AttemptsApp, shared: bool) -> None:
    gate = Gate(app, failure=Internal("a defect"))
    request = paid_with("tok_ok")
    first = asyncio.create_task(app.buy(request=request))
    await gate.reached.wait()
    if shared:
        # Another replica serves the same request, and dies before it places the order.
        again = Gate(app, failure=Unavailable("gone"))
        again.opened.set()
        with pytest.raises(Unavailable):
            await app.buy(request=request)

    gate.opened.set()
    with pytest.raises(Internal):
        await first

    assert await app.shop.of(app.items[0]) == Pieces(on_hand=STOCK, reserved=2 if shared else 0)
    await app.shop.let_time_pass(UNPLACED)
    await app.shop.reap()
    assert await app.shop.of(app.items[0]) == Pieces(on_hand=STOCK)


@pytest.mark.parametrize("error", [Unavailable("the connection broke"), RuntimeError("a defect")], ids=repr)
async def test_what_fails_after_the_commit_releases_nothing(app: AttemptsApp, error: Exception) -> None:
    send = app.mediator.send

    async def fail_afterwards(command: Any) -> Any:
        result = await send(command)
        if isinstance(command, PlaceOrder):
            raise error
        return result

    app.mediator.send = fail_afterwards  # type: ignore[method-assign]
    with pytest.raises(type(error)):
        await app.buy(request=paid_with("tok_ok"))
    await app.finish()

    (order_id,) = app._state.orders
    assert await app.status(order_id) is Status.PAID
    await app.check(order_id)


async def test_an_outcome_that_is_not_known_releases_nothing(app: AttemptsApp) -> None:
    gate = Gate(app, failure=Unavailable("the connection broke at the commit"))
    gate.opened.set()

    with pytest.raises(Unavailable):
        await app.buy(request=paid_with("tok_ok"))

    assert await app.shop.of(app.items[0]) == Pieces(on_hand=STOCK, reserved=2)
    # The repeat gets the same hold.
    placed = await app.buy(request=paid_with("tok_ok"))
    await app.finish()
    await app.check(placed.id)
