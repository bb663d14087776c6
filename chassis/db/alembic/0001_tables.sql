CREATE SEQUENCE outbox_position;
CREATE SEQUENCE job_hilo;

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    position bigint UNIQUE,
    kind text NOT NULL,
    aggregate_id bigint NOT NULL,
    sequence bigint NOT NULL,
    owner text NOT NULL,
    owner_team text,
    occurred_on timestamptz NOT NULL,
    payload jsonb NOT NULL,
    UNIQUE (aggregate_id, sequence)
);
CREATE INDEX ix_outbox_unpublished ON outbox (id) WHERE position IS NULL;

CREATE TABLE job (
    id bigint PRIMARY KEY,
    kind text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    due_at timestamptz NOT NULL,
    lease_token text,
    last_error text,
    discard_reason text,
    lane text,
    turn bigint NOT NULL DEFAULT 0,
    created_on timestamptz NOT NULL DEFAULT now(),
    UNIQUE (kind, key)
);
CREATE INDEX ix_job_due ON job (due_at) WHERE state IN ('READY', 'RUNNING');
CREATE INDEX ix_job_given_up ON job (state, id) WHERE state IN ('DEAD', 'DISCARDED');
CREATE INDEX ix_job_lane ON job (lane, turn) WHERE lane IS NOT NULL AND state IN ('READY', 'RUNNING');

CREATE TABLE inbox (
    consumer text PRIMARY KEY,
    position bigint NOT NULL
);

CREATE TABLE idempotency_key (
    id text PRIMARY KEY,
    fingerprint text NOT NULL,
    answer text NOT NULL,
    created_on timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ix_idempotency_key_created_on ON idempotency_key USING brin (created_on);

CREATE TABLE audit_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    resource text NOT NULL,
    outcome text NOT NULL,
    correlation_id text NOT NULL,
    detail text NOT NULL DEFAULT ''
);
CREATE INDEX ix_audit_entry_resource ON audit_entry (resource);
CREATE INDEX ix_audit_entry_actor ON audit_entry (actor);
CREATE INDEX ix_audit_entry_time ON audit_entry USING brin (time);

CREATE TABLE recorded_error (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    time timestamptz NOT NULL,
    source text NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    message text NOT NULL,
    detail text NOT NULL,
    correlation_id text NOT NULL
);
CREATE INDEX ix_recorded_error_time ON recorded_error (time);

CREATE FUNCTION publish_outbox(batch int) RETURNS SETOF outbox LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7304891);
    RETURN QUERY UPDATE outbox AS t SET position = numbered.position
    FROM (SELECT id, nextval('outbox_position') AS position FROM
        (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT batch) AS waiting) AS numbered
    WHERE t.id = numbered.id AND t.position IS NULL
    RETURNING t.*;
END
$$;

CREATE FUNCTION require_all(met bigint, wanted bigint, otherwise text) RETURNS bool LANGUAGE plpgsql AS $$
BEGIN
    IF met <> wanted THEN
        RAISE EXCEPTION '% of % rows are not as they were', wanted - met, wanted USING ERRCODE = otherwise;
    END IF;
    RETURN true;
END
$$;
