-- As before, but the server ends the turn of a process that stops as soon as any other transaction: one that goes on says
-- so while it waits for the read database.
CREATE OR REPLACE FUNCTION take_changes(entities text, after_id bigint, batch integer)
RETURNS TABLE (last_id bigint, oldest_open bigint, own bigint,
    id bigint, entity text, entity_id text, row_version bigint, image text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    known text[] := string_to_array(entities, ',');
BEGIN
    PERFORM set_config('lock_timeout', '0', true);
    PERFORM pg_advisory_xact_lock(hashtext('projector'), 0);
    SELECT last_value - 1 INTO last_id FROM change_log_id_seq;
    own := CAST(CAST(pg_current_xact_id() AS text) AS bigint);
    oldest_open := CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint);
    RETURN NEXT;
    RETURN QUERY DELETE FROM change_log AS t WHERE t.id = ANY(ARRAY(
        SELECT c.id FROM change_log AS c
        WHERE c.entity = ANY(known) AND (c.parked_until IS NULL OR c.parked_until <= now()) AND c.xact_id = ANY(
            ARRAY(SELECT c.xact_id FROM change_log AS c
                  WHERE c.entity = ANY(known) AND c.parked_until IS NULL AND c.id > after_id
                  ORDER BY c.id LIMIT batch FOR UPDATE SKIP LOCKED)
            || ARRAY(SELECT c.xact_id FROM change_log AS c WHERE c.entity = ANY(known) AND c.parked_until <= now()
                     LIMIT batch FOR UPDATE SKIP LOCKED)
        ) FOR UPDATE SKIP LOCKED
    )) RETURNING last_id, oldest_open, own, t.id, t.entity, t.entity_id, t.row_version, CAST(t.image AS text);
END
$$;
