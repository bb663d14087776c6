"""Channels of the mesh connect directly to their target."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.grpc.channel import open_channel
from tests.mesh import serving

HEALTH = "/grpc.health.v1.Health/Check"


@pytest.mark.parametrize("variable", ["grpc_proxy", "https_proxy", "http_proxy"])
async def test_a_proxy_is_not_asked_for_loopback(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving({}) as mesh:
        monkeypatch.setenv(variable, "http://127.0.0.1:1")

        async with open_channel(mesh.address) as channel:
            call: Any = channel.unary_unary(HEALTH)
            assert await call(b"", timeout=5) == b"\x08\x01"
