-- The log has keys instead of images of rows: what a transaction changed, once for any number of statements. The
-- projector reads the rows when it applies the change.
DELETE FROM change_log WHERE id = ANY (ARRAY (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY xact_id, entity, entity_id ORDER BY failures, id) AS place
        FROM change_log
    ) AS numbered WHERE place > 1
));
ALTER TABLE change_log
    DROP COLUMN image, DROP COLUMN row_version, ALTER COLUMN entity_id TYPE bigint USING CAST(entity_id AS bigint);
DROP INDEX ix_change_log_xact_id;
CREATE UNIQUE INDEX ix_change_log_key ON change_log (xact_id, entity, entity_id);

CREATE OR REPLACE FUNCTION record_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO change_log (entity, entity_id, owner, actor)
    SELECT TG_TABLE_NAME, changed.id, changed.created_by, changed.modified_by FROM changed
    ON CONFLICT (xact_id, entity, entity_id) DO NOTHING;
    RETURN NULL;
END
$$;

-- Waits for the turn to take changes, which is the caller's until its transaction ends. The server ends the turn of a
-- process that stops as soon as any other transaction: one that goes on says so while it waits for the read database.
-- A change whose id is at most `last_id` was written by a transaction with an id below `own`. So once `oldest_open` has
-- reached that, no further change with such an id can appear.
DROP FUNCTION take_changes;
CREATE FUNCTION take_turn(OUT last_id bigint, OUT own bigint, OUT oldest_open bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('lock_timeout', '0', true);
    PERFORM pg_advisory_xact_lock(hashtext('projector'), 0);
    SELECT last_value - 1 INTO last_id FROM change_log_id_seq;
    own := CAST(CAST(pg_current_xact_id() AS text) AS bigint);
    oldest_open := CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint);
END
$$;
