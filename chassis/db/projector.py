"""The projector: brings rows that changed to the read database, at least once, and applies each version once.

The change log has the keys of what changed. A batch is taken from the log, together with the present rows, by one
statement in a write transaction that commits only after the read side has committed: after a crash in between the batch
is applied again, which row versions make harmless. The projector keeps no "last seen id", because rows do not commit in
the order of their ids. Several projectors take turns: with two at once, readers could see a transaction before an
earlier one on which it depends. The server ends the turn of a process that stops; what this writes later replaces
nothing newer. A batch is one statement on the read side, for any number of tables. A change that cannot be applied is
parked and retried later, without blocking others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Row, Table, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.background import PollingLoop, Report, to_nobody
from chassis.db.bulk import as_json
from chassis.db.engine import fetch
from chassis.db.failures import meaning_of, sqlstate, translated
from chassis.db.ownership import OWNERSHIP
from chassis.db.types import UtcDateTime

log = structlog.get_logger(__name__)

_TAKE_TURN = text("SELECT statement_timestamp() AS began, turn.* FROM take_turn() AS turn").columns(began=UtcDateTime)
# Whole transactions, because their changes must become visible together: those with changes after an id, and those with
# parked changes that are due. All parts have one snapshot: rows are read as of when their changes are taken.
_TAKE = """
WITH taken AS (
    DELETE FROM change_log AS t WHERE t.id = ANY (ARRAY (
        SELECT c.id FROM change_log AS c
        WHERE c.entity IN ({entities}) AND (c.parked_until IS NULL OR c.parked_until <= now()) AND c.xact_id = ANY (
            ARRAY (SELECT c.xact_id FROM change_log AS c
                   WHERE c.entity IN ({entities}) AND c.parked_until IS NULL AND c.id > CAST(:after AS bigint)
                   ORDER BY c.id LIMIT CAST(:batch AS integer) FOR UPDATE SKIP LOCKED)
            || ARRAY (SELECT c.xact_id FROM change_log AS c WHERE c.entity IN ({entities}) AND c.parked_until <= now()
                      LIMIT CAST(:batch AS integer) FOR UPDATE SKIP LOCKED)
        ) FOR UPDATE SKIP LOCKED
    )) RETURNING t.id, t.entity, t.entity_id
)
SELECT entity, entity_id, id, CAST(NULL AS integer) AS projection, CAST(NULL AS text) AS image FROM taken
"""
_ROWS_OF_TAKEN = """
UNION ALL SELECT '{entity}', image.key, NULL, {number}, {image} FROM {images}
WHERE image.key = ANY (ARRAY (SELECT entity_id FROM taken WHERE entity = '{entity}'))
"""
_OF_ALL = {OWNERSHIP: "the projector works for everybody, whoever wakes it"}
IMAGE = "CAST(row_to_json(image) AS text)"
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


@dataclass(frozen=True, slots=True)
class Projection:
    """A table of the read database, and `source`: the FROM item of the write database that its rows are read from.

    The log says which `entity` changed, by its id; column `key` of the source has that of the entity of a row. In the
    source, as in the table, each row has an `id`, and a `row_version` that grows with each of its changes.
    """

    table: Table
    source: str
    entity: str
    key: str = "id"

    @property
    def images(self) -> str:
        """A FROM item `image`: the rows, with the id of their entity as `key`."""
        return f"(SELECT {', '.join(_columns(self.table))}, {self.key} AS key FROM {self.source}) AS image"


def copied(*tables: Table) -> list[Projection]:
    """Tables with some of the columns of the tables of the same names in the write database."""
    return [Projection(table, table.name, table.name) for table in tables]


@dataclass(frozen=True, slots=True)
class Change:
    """An entity that changed: the ids of its changes in the log, and the images of its rows."""

    entity: str
    entity_id: int
    ids: list[int] = field(default_factory=list)
    images: list[tuple[Table, str]] = field(default_factory=list)


Conclusion = Callable[[AsyncConnection, Sequence[Change]], Awaitable[None]]


class Projector(PollingLoop):
    """Fills tables of the read database, which refer to none of each other.

    `conclude` runs last in the transaction of a batch, to update rows derived from several tables. `on_applied` is
    called when readers can see further changes, before the changes leave the log.
    """

    def __init__(
        self,
        write: AsyncEngine,
        read: AsyncEngine,
        projections: Sequence[Projection],
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
        self._projections, self.take = projections, take_statement(tuple(projections))
        self._conclude, self._batch, self._size = conclude, batch, batch
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
        size = self._size
        if is_whole := not after or monotonic() >= self._whole_log_at:
            self._whole_log_at = monotonic() + _WHOLE_LOG_S
        wanted = {"after": 0 if is_whole else after, "batch": size}
        async with self._write.connect() as write:
            turn = (await write.execute(_TAKE_TURN)).one()
            if turn.last_id < after:
                # The database was restored meanwhile, and gives ids again.
                after = wanted["after"] = 0
                self._written = (0, 0)
            changes = self._changes(await write.execute(self.take, wanted))
            if failed := await self._apply_in_turn(write, changes) if changes else []:
                # The other changes are taken again, which changes nothing.
                await write.rollback()
                await write.execute(_PARK, {"ids": as_json(failed)})
            # Before the changes leave the log: readers who wait for that must not find a stale cache.
            for notify in self.on_applied if changes else ():
                notify()
            await write.commit()
        taken = sorted(id for change in changes for id in change.ids)
        if not failed and len(taken) < size:
            self.read_time = turn.began
        self._after = after if failed else max(after, self._taken_up_to(taken, size, turn))
        return len(taken)

    def _changes(self, rows: Iterable[Row[Any]]) -> list[Change]:
        """What changed, in the order in which all projectors lock rows."""
        found: dict[tuple[str, int], Change] = {}
        for row in rows:
            change = found.setdefault((row.entity, row.entity_id), Change(row.entity, row.entity_id))
            if row.id is not None:
                change.ids.append(row.id)
            else:
                change.images.append((self._projections[row.projection].table, row.image))
        return [change for _, change in sorted(found.items())]

    def _taken_up_to(self, taken: Sequence[int], size: int, turn: Row[Any]) -> int:
        """The id up to which all changes were taken, as far as their writers have certainly ended."""
        last_id, writers = self._written
        if turn.oldest_open < writers:
            return 0
        self._written = turn.last_id, turn.own
        return min([last_id, *taken[size - 1 : size]])

    async def lag_ms(self) -> float:
        """The age of the oldest change that is not yet visible to readers; 0 if there is none."""
        return float((await fetch(self._write, _LAG))[0][0])

    async def _round(self) -> bool:
        size = self._size
        with translated():
            try:
                taken = await self.project()
            except Exception as error:
                # What changed may be too much to read in time. Otherwise batches stay large: each is shown as a whole.
                if sqlstate(error) == "57014":
                    self._size = max(size // 2, 1)
                raise
        self._size = min(2 * size, self._batch)
        return taken >= size

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
        images: dict[Table, list[str]] = {}
        for change in changes:
            for table, image in change.images:
                images.setdefault(table, []).append(image)
        try:
            async with self._read.begin() as read:
                if images:
                    await apply_images(read, images)
                if self._conclude is not None:
                    await self._conclude(read, changes)
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
            return change.ids
        return []


async def apply_images(read: AsyncConnection, images: Mapping[Table, Sequence[str]]) -> None:
    """Upserts the images of rows of each table of the read database."""
    arrays = {f"images{number}": f"[{','.join(some)}]" for number, some in enumerate(images.values())}
    await read.execute(_upserts(tuple(images)), arrays)


@cache
def take_statement(projections: tuple[Projection, ...]) -> TextClause:
    """Takes changes from the log, and reads the rows of what changed."""
    entities = ", ".join(sorted({f"'{projection.entity}'" for projection in projections}) or ["NULL"])
    rows = [
        _ROWS_OF_TAKEN.format(entity=projection.entity, number=number, image=IMAGE, images=projection.images)
        for number, projection in enumerate(projections)
    ]
    return text(_TAKE.format(entities=entities) + "".join(rows)).execution_options(**_OF_ALL)


@cache
def _upserts(tables: tuple[Table, ...]) -> TextClause:
    """Upserts rows that are newer than the present ones, or of the same version but different (damaged rows)."""
    parts = []
    for number, table in enumerate(tables):
        columns = _columns(table)
        names, present, new = (", ".join(f"{of}{name}" for name in columns) for of in ("", "present.", "excluded."))
        parts.append(
            f"applied{number} AS (INSERT INTO {table.name} AS present ({names}) "
            f"SELECT {names} FROM jsonb_populate_recordset(CAST(NULL AS {table.name}), CAST(:images{number} AS jsonb)) "
            f"ON CONFLICT (id) DO UPDATE SET ({names}) = ROW({new}) "
            f"WHERE excluded.row_version >= present.row_version AND ({new}) IS DISTINCT FROM ({present}))"
        )
    return text(f"WITH {', '.join(parts)} SELECT 1").execution_options(**_OF_ALL)


def _columns(table: Table) -> list[str]:
    """The names of the columns that are filled."""
    return [f'"{column.name}"' for column in table.columns if column.computed is None]
