"""`python -m order_svc`: starts the process, nothing more."""

from __future__ import annotations

import uvloop

from chassis.telemetry import configure
from order_svc.bootstrap import run
from order_svc.config import OrderSettings

if __name__ == "__main__":
    settings = OrderSettings()
    configure("order", settings)
    uvloop.run(run(settings))
