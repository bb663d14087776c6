"""Values of enums are taken by their short names, too, in bodies and queries; services see no difference."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from chassis import contract
from envoy.bodies import script, short_name
from tests.envoy.error_shape import detail_of
from tests.envoy.fake_mesh import FakeMesh

pytestmark = pytest.mark.asyncio(loop_scope="session")

LINE = {"productItemId": "1", "quantity": 2}


def order(**payment: Any) -> dict[str, Any]:
    return {"currencyCode": "USD", "items": [LINE], "payment": payment, "requestId": "CARD"}


async def test_in_a_body(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    await http.post("/api/v1/orders", headers=bearer, json=order(method="PAYMENT_METHOD_CARD", token="CARD"))
    # Of another length, with other letters around, and written with an escape.
    body = '{"requestId": "CARD", "items": [{"quantity":2,"productItemId":"1"}],"currencyCode":"USD",\n "payment": {'
    reply = await http.post(
        "/api/v1/orders", headers=bearer, content=f'{body}"method": "\\u0043ARD","token":"CARD"}}}}'
    )

    whole, short = [call.request for call in mesh.calls]
    assert (reply.status_code, short) == (200, whole)


async def test_in_lists(http: httpx.AsyncClient, mesh: FakeMesh, tokens: Any) -> None:
    admin = {"authorization": f"Bearer {tokens.admin('boss')}"}

    reply = await http.post(
        "/api/v1/admin/users/7:setRoles", headers=admin, json={"roles": ["ADMIN", "ROLE_USER", 2, "USER"]}
    )

    assert (reply.status_code, list(mesh.only_call.request.roles)) == (200, [2, 1, 2, 1])


async def test_in_a_query(http: httpx.AsyncClient, mesh: FakeMesh, tokens: Any) -> None:
    admin = {"authorization": f"Bearer {tokens.admin('boss')}"}

    reply = await http.get("/api/v1/admin/ops/order/jobs?pageSize=5&state=DEAD&pageToken=a%20b+c", headers=admin)

    request = mesh.only_call.request
    dead = request.DESCRIPTOR.fields_by_name["state"].enum_type.values_by_name["JOB_STATE_DEAD"].number
    assert (reply.status_code, request.state, request.page_size, request.page_token) == (200, dead, 5, "a b c")


@pytest.mark.parametrize("method", ["UNSPECIFIED", "card", "METHOD_CARD", "CARD ", ""])
async def test_nothing_else_is_taken(
    method: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    reply = await http.post("/api/v1/orders", headers=bearer, json=order(method=method))

    assert [fault["field"] for fault in detail_of(reply, "BadRequest")["fieldViolations"]] == ["payment.method"]
    assert mesh.calls == []


async def test_a_body_with_a_fault_is_refused_as_it_was_written(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    reply = await http.post("/api/v1/orders", headers=bearer, json=order(method="CARD", nope=1))

    assert [fault["field"] for fault in detail_of(reply, "BadRequest")["fieldViolations"]] == ["payment.nope"]
    assert mesh.calls == []


async def test_a_short_name_is_the_name_of_one_value_only() -> None:
    enums = re.search(r"local ENUMS = \{\n(.*?)\n\}", script(list(contract.methods().values())), re.DOTALL)
    assert enums
    for name in re.findall(r'^  \["([\w.]+)"\]', enums[1], re.MULTILINE):
        enum = contract.pool().FindEnumTypeByName(name)
        names = [value.name for value in enum.values] + [short for value in enum.values if (short := short_name(value))]
        assert len(names) == len({*names}) == 2 * len(enum.values) - 1, name
