"""The projector: copies what the change log holds to the read database, then empties it; at least once, applied once.

A batch is taken in one write transaction that commits only after the read side has: a crash in between brings the
batch again, and row versions make that harmless. Not "everything after the last id I saw", because rows commit in
another order than they got their ids. Several projectors share the work, each skips what another one holds. The read
side takes a batch as one statement, whatever the number of tables. A change that cannot be applied is parked and tried
again later, without stopping the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Select, Table, Text, TextClause, delete, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.background import PollingLoop, Report, to_nobody
from chassis.db.bulk import as_json
from chassis.db.failures import meaning_of

log = structlog.get_logger(__name__)

# The rows of a transaction become visible together: a batch has all of its last one.
_DUE = "entity = ANY(string_to_array(:entities, ',')) AND (parked_until IS NULL OR parked_until <= now())"
_TAKE = text(f"""
DELETE FROM change_log WHERE id = ANY(ARRAY(
    SELECT id FROM change_log WHERE {_DUE} AND xact_id = ANY(ARRAY(
        SELECT xact_id FROM change_log WHERE {_DUE} ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED
    )) FOR UPDATE SKIP LOCKED
))
RETURNING id, entity, entity_id, row_version, CAST(image AS text)
""")
_PARK = text("""
UPDATE change_log SET failures = failures + 1,
    parked_until = clock_timestamp() + make_interval(secs => least(power(2, failures), 300))
WHERE id IN (SELECT CAST(value AS bigint) FROM jsonb_array_elements_text(CAST(:ids AS jsonb)))
""")
_LAG = text("""
SELECT CAST(coalesce(extract(epoch FROM clock_timestamp() - min(recorded_on)) * 1000, 0) AS float8) FROM change_log
""")


class Change(NamedTuple):
    """The image of a row, as JSON text, as a transaction left it."""

    id: int
    entity: str
    entity_id: str
    row_version: int
    image: str


Conclusion = Callable[[AsyncConnection, Sequence[Change]], Awaitable[None]]
ChangeListener = Callable[[Sequence[Change]], Awaitable[None]]


class Projector:
    """Copies rows to `tables` of the read database that have the names, ids and versions of the write side's.

    A table of the read database has some of the columns of its original, and refers to no other one. `conclude` comes
    last in the transaction of a batch: the place for what is made of several tables. `on_applied` is called with
    changes that readers see by now, possibly more than once.
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
        self._write = write
        self._read = read
        self._tables = {table.name: table for table in tables}
        self._conclude = conclude
        self._report = report
        self._batch = batch
        self.on_applied: list[ChangeListener] = []
        # Woken by this process's commits, as those of others are by theirs; the interval is for what a crash left.
        self._loop = PollingLoop("projector", self._round, idle_s=idle_s, pace_s=pace_s, report=report)
        self.wake = self._loop.wake
        self.flush = self._loop.flush
        self.start = self._loop.start
        self.stop = self._loop.stop

    async def project(self) -> int:
        """Applies one batch; answers how many changes it took from the log."""
        async with self._write.connect() as write:
            rows = await write.execute(_TAKE, {"entities": ",".join(self._tables), "batch": self._batch})
            changes = [Change(*row) for row in rows]
            if failed := await self._apply(changes) if changes else []:
                # The others come again, and change nothing then.
                await write.rollback()
                await write.execute(_PARK, {"ids": as_json(failed)})
            # Before the log is emptied: who waits for that must not find an old cache.
            await self._tell(_latest(change for change in changes if change.id not in failed))
            await write.commit()
        return len(changes)

    async def lag_ms(self) -> float:
        """The age of the oldest change that readers do not see yet; 0 when there is none."""
        async with self._write.connect() as write:
            return float((await write.execute(_LAG)).scalar_one())

    async def rebuild(self, entity: str) -> int:
        """Copies all rows of a write table again, while everything runs; answers how many rows there are.

        Mends a read table that was emptied or went wrong, and takes away what the write side never had. What changes
        meanwhile comes through the log and is newer. Nothing is concluded: that is for the caller, once all is there.
        """
        table, count = self._tables[entity], 0
        image = literal_column(f"CAST(to_jsonb({entity}) AS text)", Text).label("image")
        async for rows in self._pages(self._write, select(table.c.id, image)):
            async with self._read.begin() as read:
                await self._send(read, {entity: [row.image for row in rows]})
            count += len(rows)
        async for rows in self._pages(self._read, select(table.c.id)):
            # Rows of the write side are never removed: what it does not have after it was read here, it never had.
            ids = {row.id for row in rows}
            async with self._write.connect() as write:
                strangers = ids - set(await write.scalars(select(table.c.id).where(table.c.id.in_(ids))))
            if strangers:
                async with self._read.begin() as read:
                    await read.execute(delete(table).where(table.c.id.in_(strangers)))
        return count

    async def _round(self) -> bool:
        return await self.project() >= self._batch

    async def _apply(self, changes: Sequence[Change]) -> list[int]:
        """Applies what can be applied; answers the ids of the changes that failed."""
        latest = _latest(changes)
        images = defaultdict(list)
        for change in latest:
            images[change.entity].append(change.image)
        try:
            async with self._read.begin() as read:
                await self._send(read, images)
                if self._conclude is not None:
                    await self._conclude(read, latest)
        except Exception as error:
            if meaning_of(error) is not None:
                # The database's trouble, not the change's: the whole batch comes again.
                raise
            if len(changes) > 1:
                middle = len(changes) // 2
                return await self._apply(changes[:middle]) + await self._apply(changes[middle:])
            (change,) = changes
            log.exception("change parked", entity=change.entity, entity_id=change.entity_id)
            self._report(f"projector: {change.entity} {change.entity_id}", error)
            return [change.id]
        return []

    async def _send(self, read: AsyncConnection, images: Mapping[str, Sequence[str]]) -> None:
        """Applies images of rows, by table."""
        arrays = {f"images{number}": f"[{','.join(some)}]" for number, some in enumerate(images.values())}
        await read.execute(_upserts(tuple(self._tables[entity] for entity in images)), arrays)

    async def _tell(self, changes: Sequence[Change]) -> None:
        for listener in self.on_applied if changes else ():
            try:
                await listener(changes)
            except Exception as error:
                log.exception("a listener of the projector failed", listener=repr(listener))
                self._report("projector: listener", error)

    async def _pages(self, engine: AsyncEngine, query: Select[Any]) -> AsyncIterator[Sequence[Any]]:
        """Rows in the order of their id, the first column."""
        (key, *_), page = query.selected_columns, query
        while True:
            async with engine.connect() as connection:
                rows = (await connection.execute(page.order_by(key).limit(self._batch))).all()
            if not rows:
                return
            yield rows
            page = query.where(key > rows[-1].id)


@cache
def _upserts(tables: tuple[Table, ...]) -> TextClause:
    """Inserts and updates the rows that are newer than those there are, or that differ: those went wrong."""
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
    """One change for each row, that of the highest version, in the order in which all projectors lock them."""
    by_version = sorted(changes, key=lambda change: (change.entity, change.entity_id, change.row_version))
    return list({(change.entity, change.entity_id): change for change in by_version}.values())
