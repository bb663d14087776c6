-- Who acted: for whom, from where and in which session; how many alike attempts an entry stands for; what was changed.
ALTER TABLE audit_entry
    ADD COLUMN on_behalf_of text NOT NULL DEFAULT '',
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN session_id text NOT NULL DEFAULT '',
    ADD COLUMN attempts bigint NOT NULL DEFAULT 1,
    ADD COLUMN changes jsonb;
-- Lists are in the order of time.
DROP INDEX ix_audit_entry_time;
DROP INDEX ix_audit_entry_actor;
DROP INDEX ix_audit_entry_resource;
CREATE INDEX ix_audit_entry_time ON audit_entry (time, id);
CREATE INDEX ix_audit_entry_actor ON audit_entry (actor, time, id);
CREATE INDEX ix_audit_entry_resource ON audit_entry (resource, time, id);
-- Each checkpoint authenticates the entries after after_id up to last_id, and the checkpoint before it.
CREATE TABLE audit_checkpoint (
    last_id bigint PRIMARY KEY,
    after_id bigint NOT NULL,
    entries bigint NOT NULL,
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL,
    written_on timestamptz NOT NULL,
    digest text NOT NULL,
    previous text NOT NULL,
    mac text NOT NULL
);
-- The last checkpoint, with a proof that only who has the key can write: checkpoints that are removed from the end are missed.
CREATE TABLE audit_head (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    last_id bigint NOT NULL,
    mac text NOT NULL,
    proof text NOT NULL
);
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entry' AND current_setting('easyorder.purging', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER trg_audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
CREATE TRIGGER trg_audit_checkpoint_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit();
-- The last entry of all transactions that have added entries so far: each one after it gets a higher id. It waits for
-- transactions that are adding entries, and holds up others meanwhile. With the rights of its owner, as only who may
-- change the table may lock it.
CREATE FUNCTION audit_end() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '3s' AS $$
BEGIN
    LOCK TABLE audit_entry IN SHARE MODE;
    RETURN (SELECT max(id) FROM audit_entry);
END
$$;
-- It knows no checkpoints.
DROP FUNCTION purge_audit_entries;
-- Of entries that are covered by a checkpoint, together with others that are all old enough; the checkpoints stay.
CREATE OR REPLACE FUNCTION purge_audit(older_than_s double precision, batch integer, since timestamptz)
RETURNS TABLE (purged bigint, upto timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp SET easyorder.purging = 'on' AS $$
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtext('purge'), 0) AS is_ours
    ), until AS MATERIALIZED (
        SELECT now() - make_interval(secs => greatest(older_than_s, (SELECT days * 86400 FROM audit_retention))) AS time
    ), old AS MATERIALIZED (
        SELECT id, time FROM audit_entry AS entry
        WHERE time >= since AND time < (SELECT time FROM until) AND (SELECT is_ours FROM turn)
            AND (SELECT end_time FROM audit_checkpoint WHERE last_id >= entry.id ORDER BY last_id LIMIT 1)
                < (SELECT time FROM until)
        ORDER BY time LIMIT batch FOR UPDATE SKIP LOCKED
    ), purged AS (
        DELETE FROM audit_entry WHERE id = ANY (ARRAY (SELECT id FROM old))
    )
    SELECT count(*), max(time) FROM old
$$;
