-- Parked changes are found by when they are due.
CREATE INDEX ix_change_log_parked ON change_log (parked_until) WHERE parked_until IS NOT NULL;

-- Takes a batch of whole transactions from the log, because the rows of a transaction must become visible together: of
-- those entities, with ids after `after_id`, and parked ones that are due. The first row has no change. The turn is held
-- until the batch has left the log: it outlasts the read side's transaction, and others wait for it longer than for a row.
-- A change whose id is at most `last_id` was written by a transaction with an id below `own`. So once `oldest_open` has
-- reached that, no further change with such an id can appear.
CREATE FUNCTION take_changes(entities text, after_id bigint, batch integer)
RETURNS TABLE (last_id bigint, oldest_open bigint, own bigint,
    id bigint, entity text, entity_id text, row_version bigint, image text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    known text[] := string_to_array(entities, ',');
BEGIN
    PERFORM set_config('lock_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '15s', true);
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
