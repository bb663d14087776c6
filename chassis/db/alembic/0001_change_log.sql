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
);
-- The changes of one caller that are still to be applied: there are few, and often none.
CREATE INDEX ix_change_log_owner ON change_log (owner);
CREATE INDEX ix_change_log_actor ON change_log (actor) WHERE actor <> owner;
CREATE INDEX ix_change_log_xact_id ON change_log (xact_id);

CREATE FUNCTION record_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_log (entity, entity_id, row_version, owner, actor, image)
    SELECT TG_TABLE_NAME, changed.id::text, changed.row_version, changed.created_by, changed.modified_by,
           to_jsonb(changed)
    FROM changed;
    RETURN NULL;
END
$$;
