"""Members of a team read and change the orders for it in every way, until they leave; others do not find them."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop, lamp

Json = dict[str, Any]
PASSWORD = "their own long word"


def reason_of(answer: httpx.Response) -> str:
    reason: str = answer.json()["details"][0]["reason"]
    return reason


@dataclass
class Person:
    """A user with the tokens of the last login."""

    http: httpx.AsyncClient
    email: str
    id: str = ""
    headers: Mapping[str, str] | None = None

    async def login(self) -> Person:
        tokens = (await self.http.post("/api/v1/users/login", json={"email": self.email, "password": PASSWORD})).json()
        self.id, self.headers = tokens["user"]["id"], {"authorization": f"Bearer {tokens['accessToken']}"}
        return self

    async def call(self, verb: str, path: str, body: Json | None = None) -> httpx.Response:
        return await self.http.request(verb, f"/api/v1{path}", json=body, headers=dict(self.headers or {}))

    async def listed(self, filter: str = "") -> set[str]:
        answer = await self.http.get("/api/v1/orders", params={"filter": filter}, headers=dict(self.headers or {}))
        return {order["id"] for order in answer.json()["orders"]}

    @asynccontextmanager
    async def watching(self, path: str) -> AsyncIterator[AsyncIterator[Json]]:
        """The events of a stream."""
        async with (
            asyncio.timeout(20),
            self.http.stream("GET", f"/api/v1{path}:watch", headers=dict(self.headers or {})) as stream,
        ):
            assert stream.status_code == 200
            yield (json.loads(line[5:]) async for line in stream.aiter_lines() if line.startswith("data:"))


@dataclass
class Buyers:
    """Ann and Ben are in the team, Cyd in another one, and Dee in none."""

    team: str
    item: str
    admin: Shop
    ann: Person
    ben: Person
    cyd: Person
    dee: Person

    def body(self, team: str = "", quantity: int = 1) -> Json:
        return {
            "requestId": str(uuid.uuid4()),
            "teamId": team,
            "currencyCode": "USD",
            "items": [{"productItemId": self.item, "quantity": quantity}],
            "payment": {"method": "PAYMENT_METHOD_CASH"},
        }

    async def order(self, person: Person, team: str = "") -> Json:
        answer = await person.call("POST", "/orders", self.body(team))
        assert answer.status_code == 200, answer.text
        order: Json = answer.json()
        return order


@pytest.fixture
async def buyers(http: httpx.AsyncClient, admin: Shop) -> Buyers:
    people = [Person(http, f"{uuid.uuid4().hex}@example.com") for _ in range(4)]
    for person in people:
        await Shop(http).register(person.email, PASSWORD, "A shopper")
        await person.login()
    ann, ben, cyd, _ = people
    teams = []
    for members in ([ann, ben], [cyd]):
        made = await http.post("/api/v1/admin/teams", json={"name": "Buyers"}, headers=admin.headers)
        teams.append(made.json()["id"])
        for member in members:
            path = f"/api/v1/admin/teams/{teams[-1]}:addMember"
            assert (await http.post(path, json={"userId": member.id}, headers=admin.headers)).status_code == 200
            await member.login()
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=1000))
    return Buyers(teams[0], product["productItems"][0]["id"], admin, *people)


def ways(buyers: Buyers, order_id: str) -> dict[str, tuple[str, str, Json | None]]:
    """All that people do with an order; cancelling it comes last."""
    path = f"/orders/{order_id}"
    payment = {"method": "PAYMENT_METHOD_CASH"}
    return {
        "get": ("GET", path, None),
        "status": ("GET", f"{path}/status", None),
        "update": ("PUT", path, {"items": buyers.body(quantity=2)["items"]}),
        "retry": ("POST", f"{path}:retryPayment", {"requestId": str(uuid.uuid4()), "payment": payment}),
        "cancel": ("POST", f"{path}:cancel", {"reason": "changed our minds"}),
    }


async def outcomes(buyers: Buyers, person: Person, order_id: str) -> dict[str, str]:
    answers = {name: await person.call(*way) for name, way in ways(buyers, order_id).items()}
    return {name: "OK" if answer.is_success else reason_of(answer) for name, answer in answers.items()}


async def test_members_read_and_change_what_is_for_their_team(buyers: Buyers) -> None:
    order = await buyers.order(buyers.ann, buyers.team)
    assert (order["teamId"], order["createdBy"]) == (buyers.team, buyers.ann.id)

    for stranger in (buyers.cyd, buyers.dee):
        found = await outcomes(buyers, stranger, order["id"])
        assert found == dict.fromkeys(ways(buyers, ""), "ORDER_NOT_FOUND")
        assert await stranger.listed() == set()
        watching = await stranger.call("GET", f"/orders/{order['id']}:watch")
        assert (watching.status_code, reason_of(watching)) == (404, "ORDER_NOT_FOUND")
    assert (await buyers.ann.call("GET", f"/orders/{order['id']}")).json()["etag"] == order["etag"]

    assert order["id"] in await buyers.ben.listed()
    assert await buyers.ben.listed(f'team_id = "{buyers.team}"') == {order["id"]}
    # Only a FAILED order is paid again.
    expected = dict.fromkeys(ways(buyers, ""), "OK") | {"retry": "ILLEGAL_TRANSITION"}
    assert await outcomes(buyers, buyers.ben, order["id"]) == expected
    after = (await buyers.ann.call("GET", f"/orders/{order['id']}")).json()
    assert (after["status"], after["items"][0]["quantity"], after["createdBy"]) == (
        "ORDER_STATUS_CANCELLED",
        2,
        buyers.ann.id,
    )


async def test_an_order_for_no_team_is_its_creators_only(buyers: Buyers) -> None:
    order = await buyers.order(buyers.ann)

    assert order["teamId"] == ""
    assert await outcomes(buyers, buyers.ben, order["id"]) == dict.fromkeys(ways(buyers, ""), "ORDER_NOT_FOUND")
    assert await buyers.ben.listed() == set()
    assert await buyers.ann.listed() == {order["id"]}


@pytest.mark.reaches("TEAM_NOT_FOUND")
async def test_nobody_orders_for_a_team_of_others(buyers: Buyers) -> None:
    for person, team in ((buyers.cyd, buyers.team), (buyers.dee, buyers.team), (buyers.ann, str(uuid.uuid4()))):
        for path in ("/orders", "/orders:preview"):
            answer = await person.call("POST", path, buyers.body(team))
            assert (answer.status_code, reason_of(answer)) == (404, "TEAM_NOT_FOUND")
        assert await person.listed() == set()


async def test_a_former_member_has_lost_the_orders_of_the_team_and_keeps_their_own(
    buyers: Buyers, http: httpx.AsyncClient
) -> None:
    of_ann, of_ben = await buyers.order(buyers.ann, buyers.team), await buyers.order(buyers.ben, buyers.team)
    assert await buyers.ben.listed() == {of_ann["id"], of_ben["id"]}

    async with buyers.ben.watching("/orders") as every, buyers.ben.watching(f"/orders/{of_ann['id']}") as one:
        await anext(every)
        await anext(one)
        path = f"/api/v1/admin/teams/{buyers.team}:removeMember"
        await http.post(path, json={"userId": buyers.ben.id}, headers=buyers.admin.headers)
        # From the answer on: nothing happens in the streams but their ends, and the old token opens nothing.
        for stream in (every, one):
            rest = [event async for event in stream]
            assert [event["error"]["details"][0]["reason"] for event in rest] == ["TOKEN_REVOKED"]
    assert set((await outcomes(buyers, buyers.ben, of_ann["id"])).values()) == {"TOKEN_REVOKED"}

    await buyers.ben.login()
    assert set((await outcomes(buyers, buyers.ben, of_ann["id"])).values()) == {"ORDER_NOT_FOUND"}
    assert await buyers.ben.listed() == {of_ben["id"]}
    assert of_ben["id"] in await buyers.ann.listed()
    again = await buyers.ben.call("POST", "/orders", buyers.body(buyers.team))
    assert (again.status_code, reason_of(again)) == (404, "TEAM_NOT_FOUND")


async def test_members_hear_what_happens_to_the_orders_of_their_team(buyers: Buyers) -> None:
    async with buyers.ben.watching("/orders") as heard:
        await anext(heard)
        await buyers.order(buyers.ann)
        await buyers.order(buyers.cyd)
        order = await buyers.order(buyers.ann, buyers.team)
        event = await anext(heard)

    assert event["orderId"] == order["id"]
    assert event["orderCreated"]["order"]["teamId"] == buyers.team
