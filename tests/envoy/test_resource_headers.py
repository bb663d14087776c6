"""What answers with a resource has its etag and, where it created it, its path; a GET of what is known answers 304."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis import contract
from chassis.context import Audience
from chassis.contract import Method
from envoy.resource_headers import has_etag
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.names import names_of
from tests.mesh import Tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

METHODS = {m.name: m for m in contract.methods().values() if has_etag(m) and m.access.allow != {Audience.SERVICE}}
CREATED = {
    "CreateProduct": "/api/v1/products/7",
    "Register": "/api/v1/users/7",
    "CreateIncentive": "/api/v1/admin/incentives/7",
    "CreateOrder": "/api/v1/orders/7",
    "CreateWebhook": "/api/v1/admin/webhooks/7",
}
READ = sorted(name for name, method in METHODS.items() if any(binding.verb == "GET" for binding in method.http))
SPOOF = '{"id":"8","etag":"of another"}'


def filled(message: Any) -> Any:
    """Every text in it looks like a field etag, and every list and map has one element."""
    for field in message.DESCRIPTOR.fields:
        inside = field.message_type
        if inside and inside.GetOptions().map_entry:
            if not inside.fields_by_name["value"].message_type:
                getattr(message, field.name)["etag"] = "of another"
        elif inside:
            value = getattr(message, field.name)
            value = value.add() if field.is_repeated else value
            if not inside.full_name.startswith("google.protobuf."):
                filled(value)
            elif not field.is_repeated:
                value.SetInParent()
        elif field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated:
            setattr(message, field.name, SPOOF)
    return message


def answering(mesh: FakeMesh, method: Method) -> None:
    async def answer(request: Message, context: object) -> Message:
        reply = filled(new(contract.full_name_of(method.response)))
        reply.etag = "3"
        if "id" in reply.DESCRIPTOR.fields_by_name:
            reply.id = "7"
        return reply

    mesh.answers[method.full_name] = answer


async def call(http: httpx.AsyncClient, name: str, headers: dict[str, str]) -> httpx.Response:
    called = next(found for found in names_of(METHODS[name]) if found.binding)
    assert called.binding
    return await http.request(
        called.binding.verb, called.path, headers=headers, content=b"{}" if called.binding.body else None
    )


@pytest.mark.parametrize("name", METHODS)
async def test_what_answers_with_a_resource(name: str, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens) -> None:
    answering(mesh, METHODS[name])

    reply = await call(http, name, {"authorization": f"Bearer {tokens.admin('boss')}"})

    assert (reply.status_code, reply.json()["etag"]) == (200, "3")
    assert (reply.headers["etag"], reply.headers.get("location")) == ('"3"', CREATED.get(name))


@pytest.mark.parametrize("known", ['"3"', 'W/"3"', '"2", "3"', "*"])
async def test_a_get_of_what_is_known(known: str, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens) -> None:
    for name in READ:
        answering(mesh, METHODS[name])

        reply = await call(http, name, {"authorization": f"Bearer {tokens.admin('boss')}", "if-none-match": known})

        assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", '"3"')
        assert not {"content-type", "x-easyorder-if-none-match"} & reply.headers.keys()


async def test_a_get_of_what_has_changed(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    answering(mesh, METHODS["GetProduct"])

    reply = await call(http, "GetProduct", {"if-none-match": '"2", 3, "33"'})

    assert (reply.status_code, reply.json()["etag"]) == (200, "3")
    assert "x-easyorder-if-none-match" not in reply.headers


async def test_no_change_is_skipped(http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens) -> None:
    """The condition is one of reads: a change is conditional on If-Match."""
    answering(mesh, METHODS["UpdateProduct"])

    reply = await call(
        http, "UpdateProduct", {"authorization": f"Bearer {tokens.admin('boss')}", "if-none-match": '"3"'}
    )

    assert reply.status_code == 200
