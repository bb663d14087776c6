"""`python -m order_svc`: the process."""

from __future__ import annotations

import uvloop

from chassis import telemetry
from chassis.grpc.server import serve
from chassis.settings import from_environment
from order_svc.bootstrap import NAME, order_service
from order_svc.config import OrderSettings


async def main(settings: OrderSettings) -> None:
    telemetry.configure(settings, NAME)
    async with order_service(settings) as server:
        await serve(server, settings)


if __name__ == "__main__":
    uvloop.run(main(from_environment(OrderSettings)))
