"""`python -m deploy.verify_audit` finds audit entries that were changed, removed or inserted after their checkpoint.

Prints what is wrong and of which day, and ends with 1 then. `--expect` names a checkpoint that has to be there, from
the log of a service or from an earlier run: it shows that the database was restored from an older backup.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from chassis.clock import SystemClock
from chassis.db.engine import make_engine
from chassis.db.tables import AUDIT_CHECKPOINT, AUDIT_HEAD
from chassis.settings import MeshSettings, from_environment
from deploy.config import secret_of
from deploy.schemas import schemas
from ops.audit_checkpoints import BEFORE_ALL, Checkpoint, CheckpointKey, digest

PACKAGES = ("identity_svc", "inventory_svc", "order_svc", "order_svc.payment")
_PAGE = 500
_LAST = 2**63 - 1
# While a service runs, it writes checkpoints every hour.
_NOT_COVERED = timedelta(days=1)


@dataclass
class Verification:
    """What was found in a database: `faults` name the day that is broken."""

    faults: list[str] = field(default_factory=list)
    checkpoints: set[str] = field(default_factory=set)
    entries: int = 0
    purged: int = 0
    not_covered: int = 0
    last: Checkpoint | None = None

    def __str__(self) -> str:
        lines = [f"BROKEN {fault}" for fault in self.faults]
        lines.append(
            f"{self.entries} entries under {len(self.checkpoints)} checkpoints as they were written, "
            f"{self.purged} purged, {self.not_covered} not covered yet"
        )
        if self.last:
            lines.append(f"last checkpoint of {self.last.written_on:%Y-%m-%d %H:%M:%S} UTC: {self.last.mac}")
        return "\n".join(lines)


async def verify(connection: AsyncConnection, key: CheckpointKey, *, kept_since: datetime) -> Verification:
    """Compares all checkpoints and entries. Entries from before `kept_since` may have been purged."""
    found, after_id, previous = Verification(), BEFORE_ALL, ""
    async for checkpoint in _checkpoints(connection):
        if key.mac_of(checkpoint) != checkpoint.mac:
            found.faults.append(
                f"{_days(checkpoint)}: the checkpoint of the entries up to {checkpoint.last_id} was changed"
            )
        else:
            if (checkpoint.previous, checkpoint.after_id) != (previous, after_id):
                found.faults.append(f"{_days(checkpoint)}: checkpoints up to entry {checkpoint.after_id} are missing")
            await _compare(connection, checkpoint, found, kept_since)
        found.checkpoints.add(checkpoint.mac)
        found.last, after_id, previous = checkpoint, checkpoint.last_id, checkpoint.mac
    await _compare_end(connection, key, found, after_id, previous)
    return found


async def _checkpoints(connection: AsyncConnection) -> AsyncIterator[Checkpoint]:
    columns, last_id = AUDIT_CHECKPOINT.c, BEFORE_ALL
    while True:
        query = select(AUDIT_CHECKPOINT).where(columns.last_id > last_id).order_by(columns.last_id).limit(_PAGE)
        rows = (await connection.execute(query)).all()
        for row in rows:
            yield Checkpoint(**row._mapping)
        if len(rows) < _PAGE:
            return
        last_id = rows[-1].last_id


async def _compare(
    connection: AsyncConnection, checkpoint: Checkpoint, found: Verification, kept_since: datetime
) -> None:
    present = await digest(connection, checkpoint.after_id, checkpoint.last_id)
    number = present.entries if present else 0
    if present and present.digest == checkpoint.digest:
        found.entries += number
    elif number < checkpoint.entries and checkpoint.end_time < kept_since:
        found.purged += checkpoint.entries - number
    else:
        missing = checkpoint.entries - number
        what = (
            f"{missing} are missing" if missing > 0 else f"{-missing} were inserted" if missing else "some were changed"
        )
        period = (
            f"from {checkpoint.start_time:%H:%M:%S} to {checkpoint.end_time:%H:%M:%S} UTC, up to {checkpoint.last_id}"
        )
        found.faults.append(f"{_days(checkpoint)}: of the {checkpoint.entries} entries {period}, {what}")


async def _compare_end(
    connection: AsyncConnection, key: CheckpointKey, found: Verification, after_id: int, previous: str
) -> None:
    head = (await connection.execute(select(AUDIT_HEAD))).first()
    day = f"{found.last.written_on:%Y-%m-%d}" if found.last else "all days"
    if (head is not None or found.last) and (head is None or head.proof != key.proof_of(head.last_id, head.mac)):
        found.faults.append(f"{day}: what says which checkpoint is the last one was changed or removed")
    elif head is not None and head.mac != previous:
        found.faults.append(f"{day}: the checkpoints after it, of the entries up to {head.last_id}, are missing")
    if rest := await digest(connection, after_id, _LAST):
        found.not_covered = rest.entries
        if rest.end_time - rest.start_time > _NOT_COVERED:
            found.faults.append(f"{rest.start_time:%Y-%m-%d}: entries of that day and later days are not covered")


async def _key(connection: AsyncConnection, service: str, secret: str) -> CheckpointKey:
    """Of the secret, or of what `make up` derives from it for the service: the one that made the last checkpoint."""
    own, derived = CheckpointKey(secret), CheckpointKey(secret_of(service, secret))
    head = (await connection.execute(select(AUDIT_HEAD))).first()
    return own if head is not None and head.proof == own.proof_of(head.last_id, head.mac) else derived


def _days(checkpoint: Checkpoint) -> str:
    first, last = f"{checkpoint.start_time:%Y-%m-%d}", f"{checkpoint.end_time:%Y-%m-%d}"
    return first if first == last else f"{first} to {last}"


async def main(packages: Sequence[str], expected: Collection[str]) -> int:
    settings = from_environment(MeshSettings)
    missing, is_broken = set(expected), False
    for package in packages:
        url = settings.database_url(schemas(package)[0].database)
        engine = make_engine(url, application_name="verify_audit", pool_size=1)
        try:
            async with engine.connect() as connection:
                await connection.execution_options(isolation_level="REPEATABLE READ")
                kept_since = SystemClock().now() - timedelta(days=settings.audit_kept_days)
                key = await _key(connection, package.rpartition(".")[2].removesuffix("_svc"), settings.own_secret)
                found = await verify(connection, key, kept_since=kept_since)
        finally:
            await engine.dispose()
        print(*(f"{package}: {line}" for line in str(found).splitlines()), sep="\n")
        missing -= found.checkpoints
        is_broken = is_broken or bool(found.faults)
    for checkpoint in sorted(missing):
        print(f"BROKEN the checkpoint {checkpoint} is nowhere: a backup from before was restored, or it was removed")
    return int(is_broken or bool(missing))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m deploy.verify_audit", description=__doc__)
    parser.add_argument("packages", nargs="*", metavar="service", default=PACKAGES, help=f"of {', '.join(PACKAGES)}")
    parser.add_argument(
        "--expect", action="append", default=[], metavar="CHECKPOINT", help="a checkpoint that has to be there"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.packages) - set(PACKAGES):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    sys.exit(asyncio.run(main(arguments.packages, arguments.expect)))
