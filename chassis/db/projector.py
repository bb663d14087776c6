"""The projector: copies what the change log holds to the read database, then empties it; at least once, applied once.

A batch is taken in one write transaction that commits only after the read side has: a crash in between brings the
batch again, and row versions make that harmless. Not "everything after the last id I saw", because rows commit in
another order than they got their ids. Several projectors share the work, each skips what another one holds. The read
side takes a batch as one statement, whatever the number of tables. A change that can not be applied is parked and tried
again later, without stopping the others.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

import structlog
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.background import PollingLoop, Report, to_nobody
from chassis.db.bulk import as_json
from chassis.db.failures import meaning_of

log = structlog.get_logger(__name__)

# The rows of a statement become visible together, so that only a batch cut short by its limit can split a transaction.
_TAKE = """
DELETE FROM change_log WHERE {which}
RETURNING id, CAST(xact_id AS text) AS xact_id, entity, entity_id, row_version, owner, actor,
          CAST(image AS text) AS image_json, failures
"""
_DUE = "entity = ANY(string_to_array(:entities, ',')) AND (parked_until IS NULL OR parked_until <= now())"
_TAKE_BATCH = text(
    _TAKE.format(
        which=f"id = ANY(ARRAY(SELECT id FROM change_log WHERE {_DUE} ORDER BY id LIMIT :batch FOR UPDATE SKIP LOCKED))"
    )
)
_TAKE_REST = text(
    _TAKE.format(
        which="id = ANY(ARRAY(SELECT id FROM change_log WHERE "
        f"xact_id = ANY(CAST(string_to_array(:xact_ids, ',') AS xid8[])) AND {_DUE} FOR UPDATE SKIP LOCKED))"
    )
)
_PARK = text("""
INSERT INTO change_log (id, xact_id, entity, entity_id, row_version, owner, actor, image, failures, parked_until)
OVERRIDING SYSTEM VALUE
SELECT id, CAST(xact_id AS xid8), entity, entity_id, row_version, owner, actor, CAST(image_json AS jsonb), failures + 1,
       clock_timestamp() + make_interval(secs => least(power(2, failures), 300))
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS parked(id bigint, xact_id text, entity text, entity_id text,
     row_version bigint, owner text, actor text, image_json text, failures smallint)
""")
_LAG = text("""
SELECT CAST(coalesce(extract(epoch FROM clock_timestamp() - min(recorded_on)) * 1000, 0) AS float8) FROM change_log
""")


class Change(NamedTuple):
    """The image of a row as a transaction left it. `image_json` is its JSON text."""

    id: int
    xact_id: str
    entity: str
    entity_id: str
    row_version: int
    owner: str
    actor: str
    image_json: str
    failures: int = 0

    @property
    def image(self) -> Any:
        """The row, by column name; parsed at each call."""
        return json.loads(self.image_json)


class Projection(Protocol):
    """Keeps one table of the read database, whose rows have the ids of the write side's."""

    def applying(self, images: str, *, repair: bool) -> str:
        """The statement that applies the latest image of some rows; must bear being repeated.

        `images` is an SQL expression: a jsonb array. An image of an older version than what is there does nothing; one
        of the same version too, unless `repair`. Becomes part of a larger statement: sees nothing of what other
        projections do in the same batch, and its table refers to none of theirs.
        """
        ...

    async def ids(self, read: AsyncConnection, after: str | None, limit: int) -> Sequence[str]:
        """The ids of the rows there are, in order, from the one behind `after`."""
        ...

    async def remove(self, read: AsyncConnection, ids: Sequence[str]) -> None:
        """Takes rows away that the write side never had."""
        ...


Conclusion = Callable[[AsyncConnection, Sequence[Change]], Awaitable[None]]
ChangeListener = Callable[[Sequence[Change]], Awaitable[None]]


class Projector:
    """Applies changes by `projections` (by write table), a batch in one statement of the read database.

    With `conclude` it is a transaction, and that comes last in it: the place for what is made of several tables.
    `on_applied` is told of changes that readers see by now, possibly more than once: the place to evict caches.
    """

    def __init__(
        self,
        write: AsyncEngine,
        read: AsyncEngine,
        projections: Mapping[str, Projection],
        *,
        conclude: Conclusion | None = None,
        idle_s: float = 1.0,
        pace_s: float = 0.2,
        batch: int = 1000,
        report: Report = to_nobody,
    ) -> None:
        self._write = write
        self._read = read
        # Single statements: without BEGIN and COMMIT they cost one round trip.
        self._read_single = read.execution_options(isolation_level="AUTOCOMMIT")
        self._projections = projections
        self._conclude = conclude
        self._report = report
        self._batch = batch
        self._entities = ",".join(projections)
        self.on_applied: list[ChangeListener] = []
        # Woken by this process's commits; the interval is for those of other replicas.
        self._loop = PollingLoop("projector", self._round, idle_s=idle_s, pace_s=pace_s, report=report)
        self.wake = self._loop.wake
        self.flush = self._loop.flush
        self.start = self._loop.start
        self.stop = self._loop.stop

    async def project(self) -> int:
        """Applies one batch; answers how many changes it took from the log."""
        async with self._write.begin() as write:
            changes = await self._take(write)
            if changes:
                applied, failed = await self._apply(changes)
                if failed:
                    await write.execute(_PARK, {"rows": as_json([change._asdict() for change in failed])})
                # Before the log is emptied: who waits for that must not find an old cache.
                await self._tell(applied)
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
        count, after = 0, None
        while chunk := await self._chunk(entity, after):
            async with self._read_single.connect() as read:
                await self._send(read, _sorted(chunk), repair=True)
            await self._tell(chunk)
            count, after = count + len(chunk), chunk[-1].entity_id
        await self._remove_strangers(entity)
        return count

    async def _remove_strangers(self, entity: str) -> None:
        projection, after = self._projections[entity], None
        while True:
            async with self._read.connect() as read:
                ids = await projection.ids(read, after, self._batch)
            if not ids:
                return
            # Rows of the write side are never removed: what it does not have after it was read here, it never had.
            known = await self._known(entity, ids)
            if strangers := [stranger for stranger in ids if stranger not in known]:
                async with self._read.begin() as read:
                    await projection.remove(read, strangers)
            after = ids[-1]

    async def _known(self, entity: str, ids: Sequence[str]) -> set[str]:
        statement = text(
            f"SELECT CAST(source.id AS text) FROM {entity} AS source JOIN "
            f"jsonb_populate_recordset(CAST(NULL AS {entity}), CAST(:rows AS jsonb)) AS wanted ON wanted.id = source.id"
        )
        async with self._write.connect() as write:
            rows = await write.execute(statement, {"rows": as_json([{"id": known} for known in ids])})
            return set(rows.scalars())

    async def _round(self) -> bool:
        return await self.project() >= self._batch

    async def _take(self, write: AsyncConnection) -> list[Change]:
        due = {"entities": self._entities}
        rows = (await write.execute(_TAKE_BATCH, due | {"batch": self._batch})).all()
        changes = [Change(*row) for row in rows]
        if len(changes) == self._batch:
            xact_ids = ",".join({change.xact_id for change in changes})
            rest = await write.execute(_TAKE_REST, due | {"xact_ids": xact_ids})
            changes += [Change(*row) for row in rest]
        return changes

    async def _apply(self, changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
        """Applies what can be applied; answers the changes applied, and those that failed."""
        latest = _latest(changes)
        try:
            if self._conclude is None:
                async with self._read_single.connect() as read:
                    await self._send(read, latest)
            else:
                async with self._read.begin() as read:
                    await self._send(read, latest)
                    await self._conclude(read, latest)
        except Exception as error:
            if meaning_of(error) is not None:
                # The database's trouble, not the change's: the whole batch comes again.
                raise
            if len(changes) > 1:
                return await self._apply_halves(changes)
            (change,) = changes
            log.exception("change parked", entity=change.entity, entity_id=change.entity_id)
            self._report(f"projector: {change.entity} {change.entity_id}", error)
            return [], list(changes)
        return latest, []

    async def _send(self, read: AsyncConnection, changes: Sequence[Change], *, repair: bool = False) -> None:
        images = defaultdict(list)
        for change in changes:
            images[change.entity].append(change.image_json)
        parts = tuple(
            self._projections[entity].applying(f"CAST(:images{number} AS jsonb)", repair=repair)
            for number, entity in enumerate(images)
        )
        of_entities = {f"images{number}": f"[{','.join(some)}]" for number, some in enumerate(images.values())}
        await read.execute(_in_one(parts), of_entities)

    async def _apply_halves(self, changes: Sequence[Change]) -> tuple[list[Change], list[Change]]:
        middle = len(changes) // 2
        applied, failed = await self._apply(changes[:middle])
        applied_too, failed_too = await self._apply(changes[middle:])
        return applied + applied_too, failed + failed_too

    async def _tell(self, changes: Sequence[Change]) -> None:
        for listener in self.on_applied:
            try:
                await listener(changes)
            except Exception as error:
                log.exception("a listener of the projector failed", listener=repr(listener))
                self._report("projector: listener", error)

    async def _chunk(self, entity: str, after: str | None) -> list[Change]:
        # Projected entities are the keys of `projections`, never input.
        where = "" if after is None else "WHERE id > (SELECT id FROM after)"
        statement = text(
            f"WITH after AS (SELECT (jsonb_populate_record(CAST(NULL AS {entity}), CAST(:after AS jsonb))).id) "
            f"SELECT 0 AS id, '' AS xact_id, CAST(:entity AS text) AS entity, CAST(id AS text) AS entity_id, "
            f"row_version, created_by AS owner, modified_by AS actor, CAST(to_jsonb(source) AS text) AS image_json "
            f"FROM {entity} AS source {where} ORDER BY source.id LIMIT :batch"
        )
        parameters = {"entity": entity, "after": json.dumps({"id": after}), "batch": self._batch}
        async with self._write.connect() as write:
            return [Change(*row) for row in await write.execute(statement, parameters)]


@lru_cache(maxsize=256)
def _in_one(parts: tuple[str, ...]) -> TextClause:
    ctes = ", ".join(f"applied{number} AS ({part})" for number, part in enumerate(parts))
    return text(f"WITH {ctes} SELECT 1")


def _latest(changes: Sequence[Change]) -> list[Change]:
    """One change for each row, that of the highest version."""
    latest: dict[tuple[str, str], Change] = {}
    for change in changes:
        known = latest.get((change.entity, change.entity_id))
        if known is None or known.row_version < change.row_version:
            latest[change.entity, change.entity_id] = change
    return _sorted(latest.values())


def _sorted(changes: Iterable[Change]) -> list[Change]:
    # Projectors that meet on the same rows lock them in the same order, tables as well as rows.
    return sorted(changes, key=lambda change: (change.entity, change.entity_id))
