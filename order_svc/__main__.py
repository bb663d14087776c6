"""`python -m order_svc`: the process."""

from __future__ import annotations

import uvloop

from chassis import logs
from chassis.grpc.server import serve
from chassis.settings import from_environment
from order_svc.api.address_rules import preload
from order_svc.bootstrap import order_service
from order_svc.config import OrderSettings
from order_svc.connections import NAME


async def main(settings: OrderSettings) -> None:
    logs.configure(settings, NAME)
    async with order_service(settings) as server:
        await serve(server, settings)


if __name__ == "__main__":
    preload()
    uvloop.run(main(from_environment(OrderSettings)))
