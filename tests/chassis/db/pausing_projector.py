"""A process for test_paused_projector: projects one batch, and stops itself (SIGSTOP) in the middle of its turn.

python -m tests.chassis.db.pausing_projector <URL of the write database> <of the read database> <a point below>
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.db.engine import make_engine
from chassis.db.projector import Change, Projector
from chassis.errors import Unavailable
from tests.chassis.db.parcels import PARCELS

TIMEOUT_S = 1.0
POINTS = ("before it writes", "before its write commits", "after its write")


def pause() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


async def pause_in_transaction(read: AsyncConnection, changes: Sequence[Change]) -> None:
    pause()


class PausesFirst(Projector):
    async def _apply(self, changes: Sequence[Change]) -> list[int]:
        pause()
        return await super()._apply(changes)


async def main(write_url: str, read_url: str, point: str) -> None:
    write, read = (make_engine(url, application_name="pausing", timeout_s=TIMEOUT_S) for url in (write_url, read_url))
    kind = PausesFirst if point == POINTS[0] else Projector
    projector = kind(write, read, PARCELS, conclude=pause_in_transaction if point == POINTS[1] else None)
    if point == POINTS[2]:
        projector.on_applied.append(pause)
    try:
        await projector._round()
    except Unavailable:
        print("fenced")
    else:
        print("projected")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
