"""A process for test_watchdog: serves, then blocks its event loop permanently, in Python or in C, or does not.

python -m tests.foundation.blocked_process <a function below>
"""

from __future__ import annotations

import asyncio
import re
import sys
import time

import uvloop

from chassis.grpc.server import GrpcServer, serve
from chassis.settings import MeshSettings
from tests.mesh import Tokens


def block_in_python() -> None:
    while True:
        time.monotonic()


def block_in_c() -> None:
    """A pattern of exponential time, which keeps the interpreter to itself."""
    re.match(r"(a+)+$", "a" * 100 + "b")


def do_not_block() -> None:
    print("running", flush=True)


async def main(block: str) -> None:
    server = GrpcServer(name="blocked", address="127.0.0.1:0", servicers={}, verifier=Tokens().verifier())
    asyncio.get_running_loop().call_later(0.1, globals()[block])
    await serve(server, MeshSettings(blocked_after_s=1))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))
