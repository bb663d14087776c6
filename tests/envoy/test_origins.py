"""Web pages call the API from the origins that are named; from none, unless only this machine can reach the mesh."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from deploy.local.plain_http import plain_client
from envoy.config import EnvoySettings
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import running_envoy

SHOP, ELSEWHERE = "https://shop.example", "https://shop.example.evil.example"


async def allowed(http: httpx.AsyncClient, origin: str) -> set[str | None]:
    """The origins that a preflight, a reply and a refusal allow."""
    asked = {"origin": origin, "access-control-request-method": "POST"}
    replies = [
        await http.options("/api/v1/orders", headers=asked),
        await http.get("/api/v1/products", headers={"origin": origin}),
        await http.get("/api/v1/orders", headers={"origin": origin}),
    ]
    return {reply.headers.get("access-control-allow-origin") for reply in replies}


@pytest.mark.asyncio(loop_scope="session")
async def test_only_named_origins(mesh: FakeMesh, tmp_path: Path) -> None:
    origins = f"{SHOP}, http://localhost:3000"
    async with running_envoy(tmp_path, mesh.ports, cors_origins=origins) as envoy, plain_client(envoy.url) as http:
        for origin in (SHOP, "http://localhost:3000"):
            assert await allowed(http, origin) == {origin}
        for origin in (ELSEWHERE, "http://shop.example", "null", "http://localhost:3001"):
            assert await allowed(http, origin) == {None}


@pytest.mark.asyncio(loop_scope="session")
async def test_none_outside_local_mode(mesh: FakeMesh, tmp_path: Path) -> None:
    async with running_envoy(tmp_path, mesh.ports, environment="live") as envoy, plain_client(envoy.url) as http:
        assert await allowed(http, SHOP) == {None}


@pytest.mark.parametrize("variable", ["ENVOY_HOST", "HOST", "ORDER_ADDRESS"])
def test_a_mesh_that_others_can_reach_is_not_local(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert EnvoySettings().allowed_origins == ["*"]

    monkeypatch.setenv(f"EASYORDER_{variable}", "192.0.2.1" + ":7000" * variable.endswith("ADDRESS"))

    assert EnvoySettings().allowed_origins == []
    assert EnvoySettings.model_validate({"cors_origins": "*"}).allowed_origins == ["*"]


@pytest.mark.parametrize("written", ["shop.example", "https://shop.example/", "https://*.example", "null", f"{SHOP},"])
def test_what_is_no_origin(written: str) -> None:
    with pytest.raises(ValidationError, match="must be origins"):
        EnvoySettings.model_validate({"cors_origins": written})
