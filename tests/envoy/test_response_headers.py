"""Every answer tells browsers to trust it with nothing: no guessed type, no frame, no script, no copy in a cache."""

from __future__ import annotations

import httpx
import pytest

from envoy.response_headers import SAFE
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.running import RunningEnvoy
from tests.envoy.test_refusals import REFUSALS

pytestmark = pytest.mark.asyncio(loop_scope="session")

REQUESTS = {
    "a page": ("GET", "/", {}),
    "JSON": ("GET", "/api/v1/products", {}),
    "without a token": ("GET", "/api/v1/orders", {}),
    "no such path": ("GET", "/nope", {}),
    "no such verb": ("PUT", "/", {}),
    "large headers": ("GET", "/", {"large": "x" * 20_000}),
    "many headers": ("GET", "/", {f"h{n}": "" for n in range(200)}),
    "an invalid query": ("GET", "/api/v1/products?nope=1", {}),
}


@pytest.mark.parametrize("kind", REQUESTS)
async def test_every_answer_has_them(kind: str, http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    verb, path, headers = REQUESTS[kind]

    reply = await http.request(verb, path, headers=headers)

    assert {name: reply.headers.get_list(name) for name in SAFE} == {name: [value] for name, value in SAFE.items()}


@pytest.mark.parametrize("kind", REFUSALS)
async def test_so_has_a_refusal_of_what_is_no_proper_http(kind: str, envoy: RunningEnvoy, mesh: FakeMesh) -> None:
    head, _ = await envoy.exchange("".join(f"{line}\r\n" for line in [*REFUSALS[kind].lines, ""]).encode())

    lines = head.splitlines()
    assert {name: lines.count(f"{name}: {value}") for name, value in SAFE.items()} == dict.fromkeys(SAFE, 1)


async def test_a_service_may_say_otherwise(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    """As edge does for its page, which has a style."""
    policy = "default-src 'none'; style-src 'self'"

    async def home(request: object, context: object) -> object:
        await context.send_initial_metadata((("content-security-policy", policy),))  # type: ignore[attr-defined]
        return new("google.api.HttpBody", content_type="text/html", data=b"")

    mesh.answers["/easyorder.edge.v1.PortalService/GetHome"] = home

    assert (await http.get("/")).headers.get_list("content-security-policy") == [policy]
