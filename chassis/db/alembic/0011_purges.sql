-- Each deletes a batch of the oldest rows beyond an age, unless another replica purges, and returns how many and the time
-- of the last: there the next batch begins. Of purged rows, the index keeps entries for as long as somebody's snapshot
-- needs them.
CREATE FUNCTION purge_jobs(older_than_s double precision, batch integer, since timestamptz)
RETURNS TABLE (purged bigint, upto timestamptz) LANGUAGE sql AS $$
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtext('purge'), 0) AS is_ours
    ), old AS MATERIALIZED (
        SELECT id, due_at FROM job
        WHERE state IN ('DONE', 'DISCARDED') AND due_at >= since AND due_at < now() - make_interval(secs => older_than_s)
            AND (SELECT is_ours FROM turn)
        ORDER BY due_at LIMIT batch FOR UPDATE SKIP LOCKED
    ), purged AS (
        DELETE FROM job WHERE id = ANY (ARRAY (SELECT id FROM old))
    )
    SELECT count(*), max(due_at) FROM old
$$;
-- A request_id is used once: its key stays without the response, and so do empty responses.
CREATE FUNCTION purge_responses(older_than_s double precision, batch integer, since timestamptz)
RETURNS TABLE (purged bigint, upto timestamptz) LANGUAGE sql AS $$
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtext('purge'), 0) AS is_ours
    ), old AS MATERIALIZED (
        SELECT id, created_on FROM idempotency_key
        WHERE answer NOT IN ('', 'null') AND created_on >= since AND created_on < now() - make_interval(secs => older_than_s)
            AND (SELECT is_ours FROM turn)
        ORDER BY created_on LIMIT batch FOR UPDATE SKIP LOCKED
    ), purged AS (
        UPDATE idempotency_key SET answer = '' WHERE id = ANY (ARRAY (SELECT id FROM old))
    )
    SELECT count(*), max(created_on) FROM old
$$;
CREATE FUNCTION purge_errors(older_than_s double precision, batch integer, since timestamptz)
RETURNS TABLE (purged bigint, upto timestamptz) LANGUAGE sql AS $$
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtext('purge'), 0) AS is_ours
    ), old AS MATERIALIZED (
        SELECT id, time FROM recorded_error
        WHERE time >= since AND time < now() - make_interval(secs => older_than_s)
            AND (SELECT is_ours FROM turn)
        ORDER BY time LIMIT batch FOR UPDATE SKIP LOCKED
    ), purged AS (
        DELETE FROM recorded_error WHERE id = ANY (ARRAY (SELECT id FROM old))
    )
    SELECT count(*), max(time) FROM old
$$;
-- With the rights of its owner: a service's role may not delete audit entries itself. purge_audit_entries is for
-- processes of the last release.
CREATE FUNCTION purge_audit(older_than_s double precision, batch integer, since timestamptz)
RETURNS TABLE (purged bigint, upto timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH turn AS MATERIALIZED (
        SELECT pg_try_advisory_xact_lock(hashtext('purge'), 0) AS is_ours
    ), old AS MATERIALIZED (
        SELECT id, time FROM audit_entry
        WHERE time >= since AND time < now() - make_interval(
            secs => greatest(older_than_s, (SELECT days * 86400 FROM audit_retention))
        ) AND (SELECT is_ours FROM turn)
        ORDER BY time LIMIT batch FOR UPDATE SKIP LOCKED
    ), purged AS (
        DELETE FROM audit_entry WHERE id = ANY (ARRAY (SELECT id FROM old))
    )
    SELECT count(*), max(time) FROM old
$$;
