"""A mesh with something in it, and a token for every method."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from chassis.auth.service_tokens import ServiceTokens
from chassis.context import Audience
from chassis.contract import Method
from deploy.local.shop import Shop, lamp
from tests.e2e import invariants
from tests.e2e.forged_tokens import forge
from tests.e2e.running_mesh import RunningMesh
from tests.security.requests import home_of

# The program of each service.
MODULES = {
    "identity": "identity_svc",
    "inventory": "inventory_svc",
    "order": "order_svc",
    "payment": "order_svc.payment",
    "edge": "edge",
}


@dataclass
class Stage:
    """A mesh with something in it, and those who call."""

    mesh: RunningMesh
    tokens: Mapping[Audience, str]
    known: Mapping[str, Mapping[str, Any]]
    number: str

    def headers(self, method: Method) -> dict[str, str]:
        """Those of the least caller who is allowed to."""
        for audience in (Audience.PUBLIC, Audience.USER, Audience.ADMIN, Audience.SERVICE):
            if audience in method.access.allow:
                token = self.tokens.get(audience) if audience != Audience.SERVICE else self._service_token(method)
                return {"authorization": f"Bearer {token}"} if token else {}
        return {}

    def _service_token(self, method: Method) -> str:
        caller = min(method.access.services)
        return ServiceTokens(caller, self.mesh.service_keys).current(home_of(method))

    def known_to(self, method: Method) -> Mapping[str, Any]:
        """Values that exist, by the name of a field."""
        package = method.service.split(".")[1]
        known = {**self.known["*"], **self.known.get(package, {})}
        if Audience.SERVICE in method.access.allow:
            # Among themselves the services use numbers.
            known["order_id"] = self.number
        return known


async def a_stage(mesh: RunningMesh) -> Stage:
    async with Shop.client(mesh.url) as http:
        return await _set_by(mesh, http)


async def _set_by(mesh: RunningMesh, http: httpx.AsyncClient) -> Stage:
    admin = await Shop(http).login("admin@example.com", "Admin123!")
    email = f"{uuid.uuid4().hex}@example.com"
    victim = await Shop(http).register(email, "untold Passw0rd!", "Somebody")
    shopper = await Shop(http).login(email, "untold Passw0rd!")
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=1_000_000))
    item = product["productItems"][0]["id"]
    order = await shopper.order({item: 1}, "tok_ok")
    number = (await invariants.order_ids(mesh)).order_number(order["id"])
    known: dict[str, Mapping[str, Any]] = {
        "*": {
            "product_id": product["id"],
            "product_item_id": item,
            "order_id": order["id"],
            "user_id": victim["id"],
            "token": "tok_ok",
            "current_password": "untold Passw0rd!",
            "service": "order",
        },
        "catalog": {"id": product["id"]},
        "order": {"id": order["id"]},
        "identity": {"id": victim["id"]},
        "incentive": {"id": "1"},
    }
    boss = (await http.get("/api/v1/users/me", headers=admin.headers)).json()
    # Without a session and of no version, so that no attack ends them.
    forger = await forge(mesh)
    claims: dict[str, Any] = {"exp": int(time.time()) + 3600, "ver": 2**40}
    tokens = {
        Audience.USER: forger.token(sub=victim["id"], **claims),
        Audience.ADMIN: forger.token(sub=boss["id"], roles=["USER", "ADMIN"], **claims),
    }
    return Stage(mesh, tokens, known, f"{number}")
