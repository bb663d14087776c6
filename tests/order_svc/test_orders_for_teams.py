"""An order is for the team that its request names, which must be one of the caller's; otherwise it is for none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.context import Caller
from chassis.errors import RequestIdReused
from order_svc.domain.errors import TeamNotFound
from order_svc.sagas.basket import Basket
from tests.builders.order import SHOPPER
from tests.fakes.chassis import request_key
from tests.order_svc.order_app import viewed
from tests.order_svc.test_checkout import CheckoutApp

MEMBER = Caller.person(SHOPPER, team_ids=("blue", "red"))
FORMER_MEMBER = Caller.person(SHOPPER, team_ids=("blue",))


@pytest.fixture
def app() -> CheckoutApp:
    return CheckoutApp()


def basket(app: CheckoutApp, team_id: str | None, *, caller: Caller = MEMBER, quantity: int = 2) -> Basket:
    key = request_key(body=f"{quantity} for {team_id}")
    return replace(app.basket(request=key, quantity=quantity), caller=caller, team_id=team_id)


@pytest.mark.parametrize("team_id", ["red", "blue", None])
async def test_an_order_is_for_the_team_that_it_names_or_for_none(app: CheckoutApp, team_id: str | None) -> None:
    placed = viewed(await app.checkout.place(basket(app, team_id)))
    preview = await app.checkout.preview(basket(app, team_id))

    order = await app.order(placed.id)
    assert (order.owner, order.owner_team) == (SHOPPER, team_id)
    assert placed.team_id == preview.order.team_id == team_id
    assert {event.owner_team for event in app._state.events} == {team_id}


@pytest.mark.reaches("TEAM_NOT_FOUND")
async def test_an_order_for_a_team_of_others_is_refused_and_holds_nothing(app: CheckoutApp) -> None:
    for act in (app.checkout.place, app.checkout.preview):
        with pytest.raises(TeamNotFound, match="one of your own teams") as refusal:
            await act(basket(app, "green"))
        assert [violation.field for violation in refusal.value.violations] == ["teamId"]

    assert app.inventory.requests == []
    assert app._state.orders == {}


async def test_who_has_left_the_team_gets_the_first_answer_again_but_places_nothing_more(app: CheckoutApp) -> None:
    placed = viewed(await app.checkout.place(basket(app, "red")))

    assert viewed(await app.checkout.place(basket(app, "red", caller=FORMER_MEMBER))) == placed
    with pytest.raises(RequestIdReused):
        await app.checkout.place(basket(app, "red", caller=FORMER_MEMBER, quantity=3))
    with pytest.raises(TeamNotFound):
        await app.checkout.place(replace(basket(app, "red", caller=FORMER_MEMBER), request=request_key("another")))
    assert list(app._state.orders) == [placed.id]
