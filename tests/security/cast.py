"""Everybody who may call the mesh, and an owner whose order, session and account the others try to reach."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import httpx

from chassis import contract
from chassis.auth.service_tokens import ServiceTokens
from chassis.context import Audience
from chassis.contract import Method
from deploy.local.shop import Json, lamp
from deploy.service_keys import SERVICES
from envoy.routing import OPS
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_operations import a_dead_job
from tests.security.hostile import Attack, attacks

PASSWORD = "their own long word"


@dataclass(frozen=True)
class Person:
    id: str
    email: str


@dataclass
class Cast:
    """The tokens of each kind of caller, and what requests may name."""

    http: httpx.AsyncClient
    tokens: Mapping[str, str]
    services: Mapping[str, ServiceTokens]
    owner: Person
    bystander: Person
    victim: Person
    order_id: str
    known: Mapping[str, Any]
    team_id: str
    incentive_id: str
    product_id: str
    job_id: int

    def token(self, caller: str, called: str) -> str:
        """That of a caller for the service `called`, which is another one for each only if a service calls."""
        return self.services[caller].current(called) if caller in self.services else self.tokens[caller]

    @property
    def owners(self) -> set[bytes]:
        """What tells of the owner, or of what is theirs."""
        return {self.owner.id.encode(), self.order_id.encode()}

    async def request(self, method: Method, *, to_succeed: bool) -> Attack:
        """A request that is good. One `to_succeed` may use up a session, which is made for it."""
        used_up = await self._used_up_by(method) if to_succeed else self.known
        known = {**self.known, "request_id": uuid.uuid4().hex, **self._known_to(method), **used_up}
        return next(islice(attacks(contract.descriptor_of(method.request), known), 1, None))

    async def _used_up_by(self, method: Method) -> Mapping[str, Any]:
        if method.name in ("Logout", "RefreshToken"):
            return {"refresh_token": (await sign_in(self.http, self.bystander.email))["refreshToken"]}
        if method.name == "DeleteSession":
            return {"id": await session_of(self.http, await sign_in(self.http, self.owner.email))}
        return {}

    def _known_to(self, method: Method) -> Mapping[str, Any]:
        if method.name == "DeleteSession":
            return {"id": self.known["session_id"]}
        if method.service.startswith("easyorder.identity."):
            return self._known_to_identity(method)
        if method.service == OPS:
            return {"id": str(self.job_id)}
        if "inventory" in method.service or "catalog" in method.service:
            return {"id": self.product_id}
        return {"id": self.incentive_id if "incentive" in method.service else self.order_id}

    def _known_to_identity(self, method: Method) -> Mapping[str, Any]:
        who = self.owner if method.access.owned else self.bystander
        if Audience.ADMIN in method.access.allow and not method.access.owned:
            return {"id": self.victim.id, "user_id": self.victim.id, "team_id": self.team_id}
        # A password that was changed would end the sessions of all that follow: it is one that is refused, once it is
        # known whose it is.
        passwords = {"password": PASSWORD, "current_password": PASSWORD, "new_password": f"that of {who.email}"}
        return {"id": who.id, "user_id": who.id, "email": who.email, **passwords}


async def the_cast(mesh: RunningMesh, http: httpx.AsyncClient, admin: Mapping[str, str]) -> Cast:
    people = {
        name: await register(http) for name in ("owner", "other", "mate", "former", "disabled", "bystander", "victim")
    }

    async def by_admin(path: str, **body: Any) -> Json:
        answer = await http.post(f"/api/v1/admin/{path}", json=body, headers=admin)
        assert answer.is_success, answer.text
        made: Json = answer.json()
        return made

    team, spare_team = [await by_admin("teams", name=name) for name in ("Buyers", "Nobody")]
    for name in ("owner", "mate", "former", "disabled"):
        await by_admin(f"teams/{team['id']}:addMember", userId=people[name].id)
    signed_in = {name: await sign_in(http, person.email) for name, person in people.items()}
    tokens: dict[str, str] = {name: of["accessToken"] for name, of in signed_in.items()}
    product = await http.post("/api/v1/products", json=a_lamp(), headers=admin)
    item = product.json()["productItems"][0]["id"]
    order = await http.post("/api/v1/orders", json=cash_order(item, team["id"]), headers=bearer(tokens["owner"]))
    assert order.is_success, order.text
    await by_admin(f"teams/{team['id']}:removeMember", userId=people["former"].id)
    await by_admin(f"users/{people['disabled'].id}:disable")
    tokens["former"] = (await sign_in(http, people["former"].email))["accessToken"]
    tokens |= {"nobody": "", "admin": admin["authorization"].removeprefix("Bearer ")}
    async with mesh.database("easyorder_order_write") as database:
        job_id = await a_dead_job(database, uuid.uuid4().hex)
    incentive = await by_admin("incentives", code=uuid.uuid4().hex, kind="INCENTIVE_KIND_PERCENT", value="10")
    return Cast(
        http=http,
        tokens=tokens,
        services={name: ServiceTokens(name, mesh.service_keys) for name in SERVICES},
        owner=people["owner"],
        bystander=people["bystander"],
        victim=people["victim"],
        order_id=order.json()["id"],
        # The etag is never the latest: whoever is let through changes nothing.
        known={
            "product_id": product.json()["id"],
            "product_item_id": item,
            "product_item_ids": item,
            # Among themselves the services use numbers, and this one is no order's.
            "order_id": "1",
            "token": "tok_ok",
            "etag": "0",
            "service": "order",
            "session_id": await session_of(http, signed_in["owner"]),
            "refresh_token": signed_in["bystander"]["refreshToken"],
        },
        team_id=spare_team["id"],
        incentive_id=incentive["id"],
        product_id=product.json()["id"],
        job_id=job_id,
    )


def a_lamp() -> Json:
    return lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=100_000)


def cash_order(item: str, team_id: str) -> Json:
    """An order that stays as it is."""
    return {
        "requestId": uuid.uuid4().hex,
        "currencyCode": "USD",
        "items": [{"productItemId": item, "quantity": 1}],
        "payment": {"method": "PAYMENT_METHOD_CASH", "token": "tok_ok"},
        "teamId": team_id,
    }


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


async def register(http: httpx.AsyncClient) -> Person:
    email = f"{uuid.uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD, "displayName": "Somebody"}
    answer = await http.post("/api/v1/users", json=body)
    assert answer.is_success, answer.text
    return Person(answer.json()["id"], email)


async def sign_in(http: httpx.AsyncClient, email: str) -> Json:
    """The reply to Login."""
    answer = await http.post("/api/v1/users/login", json={"email": email, "password": PASSWORD})
    assert answer.is_success, answer.text
    tokens: Json = answer.json()
    return tokens


async def session_of(http: httpx.AsyncClient, signed_in: Json) -> str:
    listed = await http.get("/api/v1/sessions", headers=bearer(signed_in["accessToken"]))
    return str(next(session["id"] for session in listed.json()["sessions"] if session["current"]))
