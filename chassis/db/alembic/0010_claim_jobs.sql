-- Leases up to `max_jobs` due jobs. Those in a lane are looked for by lane; there are few. All others were due after
-- `since`: of jobs that ran, the index keeps entries for as long as somebody's snapshot needs them. The first row has no
-- job, but the `since` of the next claim: what commits late may have been due for a minute. With -infinity, all jobs are
-- looked for, also those whose times were set while the clock was ahead: their `set_at` is in the future.
CREATE FUNCTION claim_jobs(kinds jsonb, max_jobs integer, since timestamptz, lease double precision, token text)
RETURNS TABLE (next_since timestamptz, id bigint, kind text, key text, payload jsonb, attempts integer, secret text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    known text[] := ARRAY(SELECT jsonb_array_elements_text(kinds));
    due bigint[];
    in_lanes bigint[];
BEGIN
    IF since = '-infinity' THEN
        UPDATE job AS t SET set_at = now(),
            due_at = now() + CASE t.state WHEN 'RUNNING' THEN t.due_at - t.set_at ELSE interval '0' END
        WHERE t.state IN ('READY', 'RUNNING') AND t.due_at > now() AND t.set_at > now();
    END IF;
    SELECT array_agg(j.id), CASE count(*) WHEN max_jobs THEN max(j.due_at) END INTO due, next_since FROM (
        SELECT t.id, t.due_at FROM job AS t
        WHERE t.state IN ('READY', 'RUNNING') AND t.due_at <= now() AND t.due_at >= since AND t.kind = ANY(known)
            AND t.lane IS NULL
        ORDER BY t.due_at LIMIT max_jobs FOR UPDATE SKIP LOCKED
    ) AS j;
    next_since := least(next_since, now() - interval '1 minute');
    RETURN NEXT;
    in_lanes := ARRAY(
        SELECT t.id FROM job AS t
        WHERE t.state IN ('READY', 'RUNNING') AND t.due_at <= now() AND t.kind = ANY(known) AND t.lane IS NOT NULL
            AND NOT EXISTS (SELECT FROM job AS ahead WHERE ahead.lane = t.lane AND ahead.turn < t.turn
                            AND ahead.state IN ('READY', 'RUNNING'))
        ORDER BY t.lane, t.turn LIMIT max_jobs - coalesce(cardinality(due), 0) FOR UPDATE SKIP LOCKED
    );
    RETURN QUERY UPDATE job AS t SET state = 'RUNNING', attempts = t.attempts + 1, lease_token = token,
        due_at = now() + make_interval(secs => lease), set_at = now()
    WHERE t.id = ANY(due || in_lanes)
    RETURNING next_since, t.id, t.kind, t.key, t.payload, t.attempts, t.secret;
END
$$;
