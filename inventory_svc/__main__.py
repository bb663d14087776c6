"""`python -m inventory_svc`: starts the process, nothing more."""

from __future__ import annotations

import uvloop

from chassis.settings import from_environment
from inventory_svc.bootstrap import run
from inventory_svc.config import InventorySettings

if __name__ == "__main__":
    uvloop.run(run(from_environment(InventorySettings)))
