"""HEAD answers what GET does, without the body: for JSON, pages, errors and streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from deploy.local.plain_http import plain_client
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.running import RunningEnvoy

pytestmark = pytest.mark.asyncio(loop_scope="session")

REQUESTS: dict[str, tuple[str, dict[str, str]]] = {
    "JSON": ("/api/v1/products/7", {}),
    "a page": ("/", {}),
    "no such path": ("/nope", {}),
    "no such parameter": ("/api/v1/products?nope=1", {}),
    "no token": ("/api/v1/orders", {}),
    "not for GET": ("/api/v1/orders:preview", {}),
    "a refusal by a service": ("/api/v1/products/8", {}),
}
VARYING = {"connection", "date", "x-request-id"}


@pytest.fixture
def shop(mesh: FakeMesh) -> FakeMesh:
    async def product(request: object, context: object) -> object:
        if request.id == "8":  # type: ignore[attr-defined]
            await context.abort(5, "there is none")  # type: ignore[attr-defined]
        return new("easyorder.catalog.v1.Product", id="7", description="Bends.")

    async def home(request: object, context: object) -> object:
        return new("google.api.HttpBody", content_type="text/html", data=b"<!doctype html>")

    mesh.answers["/easyorder.catalog.v1.ProductService/GetProduct"] = product
    mesh.answers["/easyorder.edge.v1.PortalService/GetHome"] = home
    return mesh


@pytest.mark.parametrize("kind", REQUESTS)
async def test_it_has_the_head_of_get_and_no_body(kind: str, envoy: RunningEnvoy, shop: FakeMesh) -> None:
    path, headers = REQUESTS[kind]
    async with plain_client(envoy.url, timeout=10) as http:
        by_get = await http.get(path, headers=headers)
    request = f"HEAD {path} HTTP/1.1\r\nhost: {envoy.target}\r\nconnection: close\r\n\r\n"

    head, _, body = (await whole_answer(envoy, request)).partition("\r\n\r\n")

    status, *lines = head.splitlines()
    assert int(status.split()[1]) == by_get.status_code
    assert without_varying(line.split(": ", 1) for line in lines) == without_varying(by_get.headers.multi_items())
    assert body == ""


async def test_a_service_is_told_to_end_a_stream(http: httpx.AsyncClient, shop: FakeMesh) -> None:
    async def events(request: object, context: object) -> AsyncIterator[object]:
        yield new("easyorder.inventory.v1.InventoryEvent")

    shop.answers["/easyorder.inventory.v1.InventoryService/WatchInventory"] = events

    head = await http.head("/api/v1/inventory:watch", headers={"x-envoy-head": "as the client says"})
    await http.get("/api/v1/inventory:watch", headers={"x-envoy-head": "as the client says"})

    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream")
    assert [call.metadata.get("x-envoy-head") for call in shop.calls] == ["true", None]


async def test_what_guards_a_get_guards_its_head(
    http: httpx.AsyncClient, shop: FakeMesh, bearer: dict[str, str]
) -> None:
    without = await http.head("/api/v1/orders")
    with_token = await http.head("/api/v1/orders", headers=bearer)
    of_post = await http.head("/api/v1/orders:preview", headers=bearer)

    assert [without.status_code, with_token.status_code, of_post.status_code] == [401, 200, 405]
    assert (of_post.headers["allow"], (await http.post("/")).headers["allow"]) == ("POST", "GET, HEAD")
    assert [call.method for call in shop.calls] == ["/easyorder.order.v1.OrderService/ListOrders"]


async def whole_answer(envoy: RunningEnvoy, request: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", envoy.http_port)
    writer.write(request.encode())
    try:
        async with asyncio.timeout(5):
            return (await reader.read()).decode()
    finally:
        writer.close()


def without_varying(headers: object) -> list[tuple[str, str]]:
    return sorted((name, value) for name, value in headers if name not in VARYING)  # type: ignore[attr-defined]
