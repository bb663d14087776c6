"""The change log: every insert and update of a synced table leaves an image of the row, in the writer's transaction.

Triggers write it and the projector empties it. One statement makes one trigger call, however many rows it touches.
"""

from __future__ import annotations

from typing import Protocol


class Operations(Protocol):
    """The part of alembic's `op` that is needed here."""

    def execute(self, sqltext: str) -> None: ...


_TABLE = """
CREATE TABLE change_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xact_id xid8 NOT NULL DEFAULT pg_current_xact_id(),
    entity text NOT NULL,
    entity_id text NOT NULL,
    row_version bigint NOT NULL,
    owner text NOT NULL,
    actor text NOT NULL,
    image jsonb NOT NULL,
    recorded_on timestamptz NOT NULL DEFAULT clock_timestamp(),
    failures smallint NOT NULL DEFAULT 0,
    parked_until timestamptz
) WITH (
    -- Rows live for milliseconds: vacuum by their number, not by the share of an almost empty table.
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000,
    autovacuum_vacuum_insert_threshold = -1, autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000
)
"""

_FUNCTION = """
CREATE FUNCTION record_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_log (entity, entity_id, row_version, owner, actor, image)
    SELECT TG_TABLE_NAME, changed.id::text, changed.row_version, changed.created_by, changed.modified_by,
           to_jsonb(changed)
    FROM changed;
    RETURN NULL;
END
$$
"""

_TRIGGER = """
CREATE TRIGGER trg_sync_{table}_{event}
AFTER {event} ON {table} REFERENCING NEW TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION record_changes()
"""


def create_change_log(op: Operations) -> None:
    """Makes the table `change_log` and the trigger function, in the first migration of a write database."""
    op.execute(_TABLE)
    # A caller's changes that are still to be applied, by freshness; there are few, and often none.
    op.execute("CREATE INDEX ix_change_log_owner ON change_log (owner)")
    op.execute("CREATE INDEX ix_change_log_actor ON change_log (actor) WHERE actor <> owner")
    op.execute("CREATE INDEX ix_change_log_xact_id ON change_log (xact_id)")
    op.execute(_FUNCTION)


def create_sync_trigger(op: Operations, table: str) -> None:
    """Makes `trg_sync_<table>_insert` and `_update`. The table has `id` and the columns of entities.Audited."""
    for change in ("insert", "update"):
        op.execute(_TRIGGER.format(table=table, event=change))
