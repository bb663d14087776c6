"""`python -m edge`: starts the process, nothing more."""

from __future__ import annotations

import uvloop

from chassis.logs import configure
from chassis.settings import from_environment
from edge.bootstrap import run
from edge.config import EdgeSettings

if __name__ == "__main__":
    settings = from_environment(EdgeSettings)
    configure(settings, "edge")
    uvloop.run(run(settings))
