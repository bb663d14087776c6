"""The projector: moves changes from the change log to the read database, at least once, and applies each once.

A batch is taken in one write transaction that commits only after the read side has committed: after a crash in between
the batch is applied again, which row versions make harmless. The projector keeps no "last seen id", because rows do not
commit in the order of their ids. Several projectors take turns: with two at once, readers could see a transaction
before an earlier one on which it depends. The server ends the turn of a process that stops; what this writes later
replaces nothing newer. A batch is one statement on the read side, for any number of tables. A change that cannot be
applied is parked and retried later, without blocking others.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Row, Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.background import PollingLoop, Report, to_nobody
from chassis.db.bulk import as_json
from chassis.db.engine import fetch
from chassis.db.failures import meaning_of, sqlstate, translated
from chassis.db.types import UtcDateTime

log = structlog.get_logger(__name__)

_TAKE = text("""
SELECT statement_timestamp() AS began, taken.*
FROM take_changes(:entities, CAST(:after AS bigint), CAST(:batch AS integer)) AS taken
""").columns(began=UtcDateTime)
# How often the log is read from its beginning, for what a lock or a failover of the database left behind.
_WHOLE_LOG_S = 60
# Less than the shortest idle transaction timeout, EASYORDER_DATABASE_TIMEOUT_S.
_SHOWN_EVERY_S = 0.5
_PARK = text("""
UPDATE change_log SET failures = failures + 1,
    parked_until = clock_timestamp() + make_interval(secs => least(power(2, failures), 300))
WHERE id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))
""")
_LAG = text("""
SELECT CAST(coalesce(extract(epoch FROM clock_timestamp() - min(recorded_on)) * 1000, 0) AS float8) FROM change_log
""")


class Change(NamedTuple):
    """The image of a row after a transaction, as JSON text."""

    id: int
    entity: str
    entity_id: str
    row_version: int
    image: str


Conclusion = Callable[[AsyncConnection, Sequence[Change]], Awaitable[None]]


class Projector(PollingLoop):
    """Copies rows to `tables` of the read database, which have the same names, ids and versions as on the write side.

    A table of the read database has some of the columns of its original and no foreign keys. `conclude` runs last in
    the transaction of a batch, to update rows derived from several tables. `on_applied` is called when readers can
    see further changes, before the changes leave the log.
    """

    def __init__(
        self,
        write: AsyncEngine,
        read: AsyncEngine,
        tables: Sequence[Table],
        *,
        conclude: Conclusion | None = None,
        idle_s: float = 5.0,
        pace_s: float = 0.2,
        batch: int = 1000,
        report: Report = to_nobody,
    ) -> None:
        # Each process wakes its own projector after a commit; the interval catches changes that a crash left.
        super().__init__("projector", self._round, idle_s=idle_s, pace_s=pace_s, report=report)
        self._write, self._read = write, read
        self._tables = {table.name: table for table in tables}
        self._conclude, self._batch = conclude, batch
        # All changes that were committed before this time are on the read side, but for parked ones.
        self.read_time: datetime | None = None
        self.on_applied: list[Callable[[], None]] = []
        # Nothing unparked with an id up to `_after` can be in the log. What was taken stays in the index for as long as
        # somebody's snapshot needs it, so it is not looked through again.
        self._after, self._whole_log_at = 0, 0.0
        # Changes with ids up to the first were written by transactions with ids below the second.
        self._written = (0, 0)

    async def project(self) -> int:
        """Applies one batch; returns how many changes were taken from the log."""
        # After a failure the whole log is read.
        after, self._after = self._after, 0
        if is_whole := not after or monotonic() >= self._whole_log_at:
            self._whole_log_at = monotonic() + _WHOLE_LOG_S
        wanted = {"entities": ",".join(self._tables), "after": 0 if is_whole else after, "batch": self._batch}
        async with self._write.connect() as write:
            first, *rows = (await write.execute(_TAKE, wanted)).all()
            changes = [Change(*row[4:]) for row in rows]
            if failed := await self._apply_in_turn(write, changes) if changes else []:
                # The other changes are taken again, which changes nothing.
                await write.rollback()
                await write.execute(_PARK, {"ids": as_json(failed)})
            # Before the changes leave the log: readers who wait for that must not find a stale cache.
            for notify in self.on_applied if changes else ():
                notify()
            await write.commit()
        if not failed and len(changes) < self._batch:
            self.read_time = first.began
        self._after = after if failed else max(after, self._taken_up_to(changes, first))
        return len(changes)

    def _taken_up_to(self, changes: Sequence[Change], first: Row[Any]) -> int:
        """The id up to which all changes were taken, as far as their writers have certainly ended."""
        last_id, writers = self._written
        if first.oldest_open < writers:
            return 0
        self._written = first.last_id, first.own
        return min([last_id, *sorted(change.id for change in changes)[self._batch - 1 : self._batch]])

    async def lag_ms(self) -> float:
        """The age of the oldest change that is not yet visible to readers; 0 if there is none."""
        return float((await fetch(self._write, _LAG))[0][0])

    async def _round(self) -> bool:
        with translated():
            return await self.project() >= self._batch

    async def _apply_in_turn(self, write: AsyncConnection, changes: Sequence[Change]) -> list[int]:
        """Applies the changes, and meanwhile shows the server that this process goes on: it ends the turn of others."""
        applying = asyncio.create_task(self._apply(changes))
        try:
            while not (await asyncio.wait([applying], timeout=_SHOWN_EVERY_S))[0]:
                await write.execute(text("SELECT 1"))
        finally:
            failed = await applying
        return failed

    async def _apply(self, changes: Sequence[Change]) -> list[int]:
        """Applies as many changes as possible; returns the ids of the changes that failed."""
        latest, images = _latest(changes), defaultdict[Table, list[str]](list)
        for change in latest:
            images[self._tables[change.entity]].append(change.image)
        try:
            async with self._read.begin() as read:
                await apply_images(read, images)
                if self._conclude is not None:
                    await self._conclude(read, latest)
        except Exception as error:
            if meaning_of(error) is not None and (len(changes) == 1 or sqlstate(error) != "57014"):
                # A failure of the database, not of the change: the whole batch is retried, unless it took too long.
                raise
            if len(changes) > 1:
                middle = len(changes) // 2
                return await self._apply(changes[:middle]) + await self._apply(changes[middle:])
            (change,) = changes
            log.exception("change parked", entity=change.entity, entity_id=change.entity_id)
            self._report(f"projector: {change.entity} {change.entity_id}", error)
            return [change.id]
        return []


async def apply_images(read: AsyncConnection, images: Mapping[Table, Sequence[str]]) -> None:
    """Upserts the images of rows of each table of the read database."""
    arrays = {f"images{number}": f"[{','.join(some)}]" for number, some in enumerate(images.values())}
    await read.execute(_upserts(tuple(images)), arrays)


@cache
def _upserts(tables: tuple[Table, ...]) -> TextClause:
    """Upserts rows that are newer than the present ones, or of the same version but different (damaged rows)."""
    parts = []
    for number, table in enumerate(tables):
        columns = [f'"{column.name}"' for column in table.columns if column.computed is None]
        names, present, new = (", ".join(f"{of}{name}" for name in columns) for of in ("", "present.", "excluded."))
        parts.append(
            f"applied{number} AS (INSERT INTO {table.name} AS present ({names}) "
            f"SELECT {names} FROM jsonb_populate_recordset(CAST(NULL AS {table.name}), CAST(:images{number} AS jsonb)) "
            f"ON CONFLICT (id) DO UPDATE SET ({names}) = ROW({new}) "
            f"WHERE excluded.row_version >= present.row_version AND ({new}) IS DISTINCT FROM ({present}))"
        )
    return text(f"WITH {', '.join(parts)} SELECT 1")


def _latest(changes: Iterable[Change]) -> list[Change]:
    """The change with the highest version for each row, in the order in which all projectors lock rows."""
    by_version = sorted(changes, key=lambda change: (change.entity, change.entity_id, change.row_version))
    return list({(change.entity, change.entity_id): change for change in by_version}.values())
