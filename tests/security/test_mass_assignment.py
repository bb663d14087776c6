"""What is not a caller's to say, such as a role, a price or a status, changes nothing wherever it is written."""

from __future__ import annotations

import uuid
from typing import Any

import grpc
import httpx
import pytest
from easyorder.google.protobuf import FieldMask
from easyorder.identity.v1 import Role, UpdateUserRequest, User

from chassis.wire import codec
from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.security.attackers import a_shopper, an_item, an_order, reason_of

LENIENT = {"x-easyorder-ignore-unknown-fields": "true"}
SECRET = "untold Passw0rd!"
# What a user would like to be.
OF_USERS: dict[str, Any] = {
    "roles": ["ROLE_USER", "ROLE_ADMIN"],
    "role": "ADMIN",
    "isAdmin": True,
    "teamIds": [str(uuid.uuid4())],
    "emailVerified": True,
    "emailVerifyTime": "2026-01-01T00:00:00Z",
    "id": str(uuid.uuid4()),
    "createTime": "2020-01-01T00:00:00Z",
}
# What a shopper would like an order to be.
OF_ORDERS: dict[str, Any] = {
    "status": "ORDER_STATUS_PAID",
    "totalAmount": {"currencyCode": "USD", "units": "1"},
    "subTotal": {"currencyCode": "USD", "units": "1"},
    "discountTotal": {"currencyCode": "USD", "units": "40"},
    "discounts": [{"code": "X", "amount": {"currencyCode": "USD", "units": "40"}}],
    "createdBy": "somebody else",
    "paidAt": "2026-01-01T00:00:00Z",
    "payments": [{"status": "PAYMENT_STATUS_PAID"}],
    "id": "1",
}
OF_LINES: dict[str, Any] = {
    "unitPrice": {"currencyCode": "USD", "units": "1"},
    "price": 1,
    "subTotal": {"currencyCode": "USD", "units": "1"},
    "priceOverride": {"currencyCode": "USD", "units": "0"},
}


@pytest.mark.parametrize("headers", [{}, LENIENT], ids=["strict", "lenient"])
@pytest.mark.parametrize("field", OF_USERS)
async def test_nobody_makes_more_of_their_account(http: httpx.AsyncClient, field: str, headers: dict[str, str]) -> None:
    shopper, _ = await a_shopper(http)
    before = (await http.get("/api/v1/users/me", headers=shopper.headers)).json()
    wanted = {"displayName": before["displayName"], field: OF_USERS[field]}

    for query in ("", f"?updateMask={field}", "?updateMask=*"):
        await http.patch(f"/api/v1/users/me{query}", json=wanted, headers=shopper.headers | headers)

    after = (await http.get("/api/v1/users/me", headers=shopper.headers)).json()
    # A name that stays the same may be written again.
    assert {**after, "etag": "", "updateTime": ""} == {**before, "etag": "", "updateTime": ""}
    assert (await http.get("/api/v1/admin/users", headers=shopper.headers)).status_code == httpx.codes.FORBIDDEN


@pytest.mark.parametrize("field", OF_USERS)
async def test_nobody_registers_as_more(http: httpx.AsyncClient, field: str) -> None:
    body = {
        "email": f"{uuid.uuid4().hex}@example.com",
        "password": SECRET,
        "displayName": "Eve",
        field: OF_USERS[field],
    }

    refused = await http.post("/api/v1/users", json=body)
    made = await http.post("/api/v1/users", json=body, headers=LENIENT)

    assert (refused.status_code, reason_of(refused)) == (400, "INVALID_ARGUMENT")
    assert made.status_code == httpx.codes.OK
    assert made.json()["roles"] == ["ROLE_USER"]
    assert made.json()["teamIds"] == []
    assert not made.json()["emailVerified"]
    assert made.json()["id"] != OF_USERS["id"]


async def test_a_mask_over_grpc_gives_no_role(mesh: RunningMesh, http: httpx.AsyncClient) -> None:
    shopper, user_id = await a_shopper(http)
    wanted = User(id=user_id, roles=[Role.USER, Role.ADMIN], disabled=True, team_ids=[str(uuid.uuid4())])
    request = UpdateUserRequest(user=wanted, update_mask=FieldMask(paths=["roles", "team_ids", "disabled"]))

    async with mesh.open_channel("identity") as channel:
        stub: Any = channel.unary_unary("/easyorder.identity.v1.IdentityService/UpdateUser")
        data, metadata = codec(UpdateUserRequest).encode(request), tuple(shopper.headers.items())
        code = await stub(data, metadata=metadata, timeout=10).code()

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    user = (await http.get("/api/v1/users/me", headers=shopper.headers)).json()
    assert (user["roles"], user["teamIds"], user["disabled"]) == (["ROLE_USER"], [], False)


@pytest.mark.parametrize("field", [*OF_ORDERS, *(f"items.{name}" for name in OF_LINES)])
async def test_nobody_sets_a_price_or_a_status(http: httpx.AsyncClient, admin: Shop, field: str) -> None:
    item, (shopper, shopper_id) = await an_item(admin), await a_shopper(http)
    body = an_order(item, payment={"method": "PAYMENT_METHOD_CASH", "token": "tok_ok"})
    of_line = field.removeprefix("items.")
    wanted = body["items"][0] if of_line in OF_LINES and of_line != field else body
    wanted[of_line] = OF_LINES[of_line] if wanted is not body else OF_ORDERS[field]

    refused = await http.post("/api/v1/orders", json=body, headers=shopper.headers)
    made = await http.post("/api/v1/orders", json=body, headers=shopper.headers | LENIENT)

    assert (refused.status_code, reason_of(refused)) == (400, "INVALID_ARGUMENT")
    order = made.json()
    assert made.status_code == httpx.codes.OK
    assert (order["status"], order["totalAmount"]["units"]) == ("ORDER_STATUS_CONFIRMED", "40")
    assert (order["createdBy"], order["discounts"]) == (shopper_id, [])
    assert "paidAt" not in order
