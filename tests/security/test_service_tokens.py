"""A service is what its key says, calls only what it needs, and has no more rights than the user whom it calls for."""

from __future__ import annotations

import asyncio
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import jwt
import pytest
from easyorder.internal.identity.v1 import ListRevocationsRequest
from easyorder.internal.inventory.v1 import PreviewReservationRequest, ReservationLine
from easyorder.internal.payment.v1 import GetPaymentRequest

from chassis.auth.service_tokens import ServiceTokens
from chassis.wire import codec
from deploy.local.shop import Shop
from tests.e2e.closed_loop import ordering
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_shopping import a_stocked_product

PREVIEW = "/easyorder.internal.inventory.v1.ReservationService/PreviewReservation"
GET_PAYMENT = "/easyorder.internal.payment.v1.PaymentService/GetPayment"
REVOCATIONS = "/easyorder.internal.identity.v1.RevocationService/ListRevocations"
FIND_HOLDS = "/easyorder.internal.order.v1.OrderStockService/FindPlacedHolds"
A_PAYMENT = codec(GetPaymentRequest).encode(GetPaymentRequest(transaction_id="t-1"))
NEWS = codec(ListRevocationsRequest).encode(ListRevocationsRequest(reader="a test"))
OK, REFUSED, FORBIDDEN = grpc.StatusCode.OK, grpc.StatusCode.UNAUTHENTICATED, grpc.StatusCode.PERMISSION_DENIED


@dataclass
class Services:
    """Calls of services, with their keys."""

    mesh: RunningMesh

    def token(self, service: str, audience: str) -> str:
        return ServiceTokens(service, self.mesh.service_keys).current(audience)

    async def call(
        self, called: str, method: str, token: str, request: bytes, *, on_behalf_of: str | None = None
    ) -> grpc.StatusCode:
        sent = [("authorization", f"Bearer {token}")]
        if on_behalf_of is not None:
            sent.append(("x-easyorder-on-behalf-of", on_behalf_of))
        async with self.mesh.open_channel(called) as channel:
            try:
                stub: Any = channel.unary_unary(method)
                await stub(request, metadata=sent, timeout=10)
            except grpc.aio.AioRpcError as error:
                return error.code()
        return OK

    async def preview(self, item: str, user_id: str, *, on_behalf_of: str | None) -> grpc.StatusCode:
        """order_svc shows what an order would cost `user_id`."""
        lines = [ReservationLine(product_item_id=int(item), quantity=1)]
        request = PreviewReservationRequest(user_id=user_id, lines=lines, currency="USD", loyalty_points=10)
        data = codec(PreviewReservationRequest).encode(request)
        token = self.token("order", "inventory")
        return await self.call("inventory", PREVIEW, token, data, on_behalf_of=on_behalf_of)


@pytest.fixture
def services(mesh: RunningMesh) -> Services:
    return Services(mesh)


async def somebody(http: httpx.AsyncClient) -> tuple[str, str, Shop]:
    """A new user's id, access token and client."""
    email = f"{uuid.uuid4().hex}@example.com"
    user = await Shop(http).register(email, "untold Passw0rd!", "Somebody")
    shop = await Shop(http).login(email, "untold Passw0rd!")
    return user["id"], shop.headers["authorization"].removeprefix("Bearer "), shop


async def test_a_token_is_for_one_service_only(services: Services) -> None:
    assert await services.call("payment", GET_PAYMENT, services.token("order", "payment"), A_PAYMENT) is OK
    assert await services.call("identity", REVOCATIONS, services.token("order", "identity"), NEWS) is OK

    for_inventory = services.token("order", "inventory")

    assert await services.call("payment", GET_PAYMENT, for_inventory, A_PAYMENT) is REFUSED
    assert await services.call("identity", REVOCATIONS, for_inventory, NEWS) is REFUSED
    assert await services.call("order", FIND_HOLDS, for_inventory, b"") is REFUSED


async def test_the_stolen_key_of_a_service_does_not_open_what_another_may_call(services: Services) -> None:
    stolen = services.token("inventory", "payment")

    assert await services.call("payment", GET_PAYMENT, stolen, A_PAYMENT) is FORBIDDEN


async def test_the_stolen_key_of_a_service_does_not_sign_as_another(services: Services) -> None:
    key = (services.mesh.service_keys / "inventory.pem").read_text(encoding="utf-8")
    own = services.token("inventory", "payment")
    kids = [jwt.get_unverified_header(token)["kid"] for token in (own, services.token("order", "payment"))]
    now = int(time.time())
    claims = {"iss": "order", "sub": "order", "aud": "payment", "iat": now, "exp": now + 60}

    for kid in kids:
        forged = jwt.encode(claims, key, "EdDSA", {"kid": kid, "typ": "service+jwt"})
        assert await services.call("payment", GET_PAYMENT, forged, A_PAYMENT) is REFUSED


async def test_the_secret_of_the_mesh_makes_no_service(services: Services) -> None:
    now = int(time.time())
    for name in ("easyorder-mesh", "order"):
        claims = {"iss": name, "aud": "payment", "sub": "order", "iat": now, "exp": now + 60}
        forged = jwt.encode(claims, services.mesh.secret, "HS256", {"typ": "service+jwt"})
        assert await services.call("payment", GET_PAYMENT, forged, A_PAYMENT) is REFUSED


async def test_a_service_that_calls_for_a_user_names_no_other(
    services: Services, http: httpx.AsyncClient, admin: Shop
) -> None:
    item = (await a_stocked_product(admin)).ids[0]
    ada, token, _ = await somebody(http)
    bob, _, _ = await somebody(http)

    assert await services.preview(item, ada, on_behalf_of=token) is OK
    assert await services.preview(item, bob, on_behalf_of=token) is FORBIDDEN


@pytest.mark.parametrize("claimed", ["an id", "a service", "no token", "tampered"])
async def test_for_whom_a_service_calls_is_proved(
    services: Services, http: httpx.AsyncClient, admin: Shop, claimed: str
) -> None:
    item = (await a_stocked_product(admin)).ids[0]
    ada, token, _ = await somebody(http)
    header, _, signature = token.split(".")
    boss = admin.headers["authorization"].split(".")[1]
    forged = {
        "an id": ada,
        "a service": services.token("order", "inventory"),
        "no token": "x",
        "tampered": f"{header}.{boss}.{signature}",
    }

    assert await services.preview(item, ada, on_behalf_of=forged[claimed]) is REFUSED


async def test_rights_of_a_service_and_of_its_user_are_not_added(
    services: Services, http: httpx.AsyncClient, admin: Shop
) -> None:
    _, _, shopper = await somebody(http)
    item = (await a_stocked_product(admin)).ids[0]
    order = await shopper.order({item: 1}, "tok_ok")
    users: Sequence[str] = [who.headers["authorization"].removeprefix("Bearer ") for who in (shopper, admin)]
    calls = {
        "/easyorder.order.v1.OrderService/ListAllOrders": b"",
        "/easyorder.order.v1.OrderService/GetOrder": b"\x0a" + bytes([len(order["id"])]) + order["id"].encode(),
    }

    for user in users:
        for method, request in calls.items():
            token = services.token("inventory", "order")
            assert await services.call("order", method, token, request, on_behalf_of=user) is FORBIDDEN, method
        # Nor does the user get what only the service may do.
        assert await services.call("payment", GET_PAYMENT, user, A_PAYMENT) is FORBIDDEN


async def test_keys_rotate_under_orders_and_no_call_is_refused(mesh: RunningMesh, admin: Shop) -> None:
    items = (await a_stocked_product(admin, pieces=1_000_000)).ids[:1]

    async with ordering(mesh, admin.headers, items, clients=4) as loop:
        for _ in range(3):
            before, known = len(loop.orders), (mesh.service_keys / "order.pem").read_bytes()
            await rotate(mesh)
            assert (mesh.service_keys / "order.pem").read_bytes() != known
            # Long enough for every service to read its new key and to be called with it.
            await loop.lasts(1.5)
            assert len(loop.orders) > before

    assert set(loop.reasons()) == {"ordered"}


async def rotate(mesh: RunningMesh) -> None:
    command = (sys.executable, "-m", "deploy.service_keys", "--rotate")
    process = await asyncio.create_subprocess_exec(*command, env=mesh.environment, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert (process.returncode, b"inventory, order, payment" in said) == (0, True)
