"""`python -m deploy.drain`: waits for SIGTERM, then drains the Envoy that has its admin socket in ENVOY_SOCKET_DIR.

It runs next to an Envoy whose container has no Python: Envoy ends at once when it is told to, so it has to be told
later, with the time that this program was given to drain. `--now` does not wait for SIGTERM.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

from chassis.settings import from_environment
from deploy.local.front_door import drain
from envoy.config import EnvoySettings


async def main(*, grace_s: float, now: bool) -> None:
    """Drains for at most `grace_s`: new connections are refused, and running requests are waited for."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    if not now:
        await stopping.wait()
    await drain(from_environment(EnvoySettings).envoy_admin_socket, grace_s=grace_s)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m deploy.drain", description=__doc__)
    parser.add_argument("--grace-s", type=float, default=20, help="how long to wait for requests; 20 by default")
    parser.add_argument("--now", action="store_true", help="drain at once")
    given = parser.parse_args()
    sys.exit(asyncio.run(main(grace_s=given.grace_s, now=given.now)))
