"""Whoever accepts application/problem+json gets the members of RFC 9457 next to the error, whoever made it."""

from __future__ import annotations

import json
import uuid
from typing import Any

import httpx
import pytest
from easyorder.google.rpc import Status

from chassis.errors import InvalidArgument
from chassis.grpc.status import DETAILS_KEY, to_status
from chassis.wire import codec
from edge.guides import guide
from edge.openapi.reasons import reasons
from tests.envoy.error_shape import error_of
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy
from tests.envoy.test_refusals import REFUSALS

pytestmark = pytest.mark.asyncio(loop_scope="session")

PROBLEM = "application/problem+json"
ACCEPTS = {"accept": "application/json, application/problem+json"}
WORDS = 'no "7" \\ 100 % of it: ","details":[ {é}'
REQUESTS: dict[str, tuple[str, str, int, str]] = {
    "of a service": ("GET", "/api/v1/products/8", 400, "INVALID_ARGUMENT"),
    "of a stream": ("GET", "/api/v1/inventory:watch", 400, "INVALID_ARGUMENT"),
    "no such path": ("GET", "/nope", 404, "NOT_FOUND"),
    "no such verb": ("PUT", "/api/v1/products", 405, "METHOD_NOT_ALLOWED"),
    "no token": ("GET", "/api/v1/orders", 401, "UNAUTHENTICATED"),
    "no such parameter": ("GET", "/api/v1/products?nope=1", 400, "INVALID_ARGUMENT"),
    "large headers": ("GET", f"/{'x' * 20_000}", 431, "PAYLOAD_TOO_LARGE"),
}
WITHOUT_ID = {"no host"}
MEMBERS = {"type", "title", "status", "detail", "instance"}


@pytest.fixture
def shop(mesh: FakeMesh) -> FakeMesh:
    async def refuse(request: object, context: Any) -> object:
        error = InvalidArgument.of("id", WORDS)
        details = (DETAILS_KEY, codec(Status).encode(to_status(error)))
        await context.abort(3, error.message, (details,))
        return None

    async def refuse_stream(request: object, context: Any) -> Any:
        await refuse(request, context)
        yield

    mesh.answers["/easyorder.catalog.v1.ProductService/GetProduct"] = refuse
    mesh.answers["/easyorder.inventory.v1.InventoryService/WatchInventory"] = refuse_stream
    return mesh


@pytest.mark.parametrize("kind", REQUESTS)
async def test_an_error_has_the_members_for_those_who_accept_them(
    kind: str, http: httpx.AsyncClient, shop: FakeMesh
) -> None:
    verb, path, status, reason = REQUESTS[kind]

    plain = await http.request(verb, path)
    problem = await http.request(verb, path, headers=ACCEPTS)

    assert (plain.status_code, problem.status_code) == (status, status)
    error, members = error_of(plain), problem.json()
    assert problem.headers["content-type"] == "application/problem+json"
    assert {name: value for name, value in members.items() if name not in MEMBERS} == error
    assert members["type"] == f"/docs/guide/errors#{reason.lower()}"
    assert members["title"] == reason.replace("_", " ").capitalize()
    assert (members["status"], members["detail"]) == (status, error["message"])
    assert members["instance"] == uuid.UUID(problem.headers["x-request-id"]).urn


async def test_the_words_of_an_error_are_kept(http: httpx.AsyncClient, shop: FakeMesh) -> None:
    reply = await http.get("/api/v1/products/8", headers=ACCEPTS)

    assert reply.json()["detail"] == f"id {WORDS}"


async def test_no_other_reply_changes(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    plain = await http.get("/api/v1/orders", headers=bearer)
    accepting = await http.get("/api/v1/orders", headers=bearer | ACCEPTS)
    head = await http.head("/nope", headers=ACCEPTS)

    assert (accepting.status_code, accepting.json()) == (200, plain.json())
    assert accepting.headers["content-type"] == "application/json"
    assert (head.status_code, head.headers["content-type"], head.content) == (404, "application/problem+json", b"")
    assert [call.metadata["accept"] for call in mesh.calls] == ["*/*", ACCEPTS["accept"]]


@pytest.mark.parametrize("kind", REFUSALS)
async def test_so_has_a_refusal_whose_headers_could_be_read(kind: str, envoy: RunningEnvoy, shop: FakeMesh) -> None:
    """No instance where the request got no id."""
    first, *lines = REFUSALS[kind].lines

    _, body = await envoy.exchange(
        "".join(f"{line}\r\n" for line in (first, f"accept: {PROBLEM}", *lines, "")).encode()
    )

    members = json.loads(body)
    if "type" in members:
        assert members["type"] == f"/docs/guide/errors#{REFUSALS[kind].reason.lower()}"
        assert kind in WITHOUT_ID or uuid.UUID(members["instance"].removeprefix("urn:uuid:"))


async def test_every_type_is_a_place_in_the_guide() -> None:
    page = guide("errors").plain.decode(errors="replace")

    assert [reason.name for reason in reasons() if f'id="{reason.name.lower()}"' not in page] == []
