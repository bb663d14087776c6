"""A process for test_telemetry: serves, calls itself in one trace, fails once, logs, and ends.

python -m tests.chassis.telemetry_process <collector or ""> <json or console>
"""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress
from typing import Any

import grpc
from easyorder.order.v1 import GetOrderRequest
from opentelemetry import trace

from chassis import telemetry
from chassis.errors import Internal, PermissionDenied
from chassis.grpc.channel import open_channel
from chassis.settings import MeshSettings
from tests.chassis.grpc.orders import AVAILABLE, CONFIRM_AVAILABILITY, GET_ORDER, OrderApi, orders


async def main(endpoint: str, form: str) -> None:
    settings = MeshSettings.model_validate({"otlp_endpoint": endpoint, "log_format": form})
    telemetry.configure(settings, "order")
    logging.getLogger("a.library").warning("from %s", "elsewhere")

    async def fail() -> None:
        raise ValueError("a bug")

    async with orders(OrderApi(fail)) as mesh:
        with trace.get_tracer("test").start_as_current_span("the whole story"):
            for started in (
                mesh.user("u1").call(GET_ORDER, GetOrderRequest(id=1), extra=(("x-request-id", "story-1"),)),
                mesh.user("u1").call(CONFIRM_AVAILABILITY, AVAILABLE),
            ):
                try:
                    await started
                except (Internal, PermissionDenied):
                    continue
        # No gRPC library sends such a header, but anybody can.
        async with open_channel(mesh.address, options=(("grpc.primary_user_agent", b"\xe9"),)) as channel:
            with suppress(grpc.aio.AioRpcError):
                call: Any = channel.unary_unary("/grpc.health.v1.Health/Check")
                await call(b"")
    print("telemetry loaded" if "opentelemetry.sdk" in sys.modules else "telemetry not loaded")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
