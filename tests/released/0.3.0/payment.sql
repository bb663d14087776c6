--
-- PostgreSQL database dump
--

\restrict easyorder

-- Dumped from database version 18.6
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: audit_end(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.audit_end() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET lock_timeout TO '3s'
    AS $$
BEGIN
    LOCK TABLE audit_entry IN SHARE MODE;
    RETURN (SELECT max(id) FROM audit_entry);
END
$$;


--
-- Name: begin_outbox_epoch(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.begin_outbox_epoch() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO outbox_epoch AS present (server) VALUES (outbox_server())
    ON CONFLICT (id) DO UPDATE SET server = excluded.server WHERE present.server <> excluded.server;
    IF FOUND THEN
        PERFORM setval('outbox_position', greatest(
            last_value,
            CAST(extract(epoch FROM clock_timestamp() - CAST('2025-01-01 00:00Z' AS timestamptz)) * 65536 AS bigint)
        )) FROM outbox_position;
    END IF;
END
$$;


--
-- Name: claim_jobs(jsonb, integer, timestamp with time zone, double precision, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.claim_jobs(kinds jsonb, max_jobs integer, since timestamp with time zone, lease double precision, token text) RETURNS TABLE(next_since timestamp with time zone, id bigint, kind text, key text, payload jsonb, attempts integer, secret text)
    LANGUAGE plpgsql
    AS $$
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


--
-- Name: lock_outbox(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.lock_outbox() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF current_setting('easyorder.outbox_writer', true) IS DISTINCT FROM CAST(pg_current_xact_id() AS text) THEN
        IF (SELECT server FROM outbox_epoch) IS DISTINCT FROM outbox_server() THEN
            PERFORM begin_outbox_epoch();
        END IF;
        PERFORM pg_advisory_xact_lock_shared(
            (CAST(17743 AS bigint) << 48) | (last_value - CASE WHEN is_called THEN 0 ELSE 1 END)
        ) FROM outbox_position;
        PERFORM set_config('easyorder.outbox_writer', CAST(pg_current_xact_id() AS text), true);
    END IF;
    RETURN NULL;
END
$$;


--
-- Name: outbox_end(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.outbox_end(OUT first bigint, OUT decided bigint, OUT written bigint, OUT pending bigint) RETURNS record
    LANGUAGE plpgsql
    AS $$
BEGIN
    -- Positions from before a restore have been reached from here on, so a reader that has one goes on.
    IF (SELECT server FROM outbox_epoch) IS DISTINCT FROM outbox_server() THEN
        PERFORM begin_outbox_epoch();
    END IF;
    SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END INTO written FROM outbox_position;
    SELECT written - least(written, min(((CAST(classid AS bigint) & 65535) << 32) | CAST(objid AS bigint))) INTO pending
    FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND CAST(classid AS bigint) >> 16 = 17743
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
    -- Not the number itself: after a crash of the server, numbers that nobody committed may be given again.
    SELECT coalesce(max(position), 0) INTO decided FROM outbox WHERE position <= written - pending;
    SELECT coalesce(min(position), 0) INTO first FROM outbox WHERE position >= (SELECT s.position FROM outbox_start AS s);
END
$$;


--
-- Name: outbox_server(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.outbox_server() RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT CAST(extract(epoch FROM pg_postmaster_start_time()) AS text) || ' ' || pg_relation_filepath('outbox')
$$;


--
-- Name: purge_audit(double precision, integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.purge_audit(older_than_s double precision, batch integer, since timestamp with time zone) RETURNS TABLE(purged bigint, upto timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    SET "easyorder.purging" TO 'on'
    AS $$
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


--
-- Name: purge_errors(double precision, integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.purge_errors(older_than_s double precision, batch integer, since timestamp with time zone) RETURNS TABLE(purged bigint, upto timestamp with time zone)
    LANGUAGE sql
    AS $$
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


--
-- Name: purge_jobs(double precision, integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.purge_jobs(older_than_s double precision, batch integer, since timestamp with time zone) RETURNS TABLE(purged bigint, upto timestamp with time zone)
    LANGUAGE sql
    AS $$
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


--
-- Name: purge_responses(double precision, integer, timestamp with time zone); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.purge_responses(older_than_s double precision, batch integer, since timestamp with time zone) RETURNS TABLE(purged bigint, upto timestamp with time zone)
    LANGUAGE sql
    AS $$
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


--
-- Name: refuse_change_of_audit(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_change_of_audit() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_entry' AND current_setting('easyorder.purging', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the audit is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$;


--
-- Name: refuse_change_of_ledger(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_change_of_ledger() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
        END
        $$;


--
-- Name: require_all(bigint, bigint, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.require_all(met bigint, wanted bigint, otherwise text) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF met <> wanted THEN
        RAISE EXCEPTION '% of % rows are not as they were', wanted - met, wanted USING ERRCODE = otherwise;
    END IF;
    RETURN true;
END
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


--
-- Name: audit_checkpoint; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_checkpoint (
    last_id bigint NOT NULL,
    after_id bigint NOT NULL,
    entries bigint NOT NULL,
    start_time timestamp with time zone NOT NULL,
    end_time timestamp with time zone NOT NULL,
    written_on timestamp with time zone NOT NULL,
    digest text NOT NULL,
    previous text NOT NULL,
    mac text NOT NULL
);


--
-- Name: audit_entry; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_entry (
    id bigint NOT NULL,
    "time" timestamp with time zone NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    resource text NOT NULL,
    outcome text NOT NULL,
    correlation_id text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    on_behalf_of text DEFAULT ''::text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    session_id text DEFAULT ''::text NOT NULL,
    attempts bigint DEFAULT 1 NOT NULL,
    changes jsonb
);


--
-- Name: audit_entry_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.audit_entry ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: audit_head; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_head (
    id boolean DEFAULT true NOT NULL,
    last_id bigint NOT NULL,
    mac text NOT NULL,
    proof text NOT NULL,
    CONSTRAINT audit_head_id_check CHECK (id)
);


--
-- Name: audit_retention; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.audit_retention (
    id boolean DEFAULT true NOT NULL,
    days double precision NOT NULL,
    CONSTRAINT audit_retention_days_check CHECK ((days > (0)::double precision)),
    CONSTRAINT audit_retention_id_check CHECK (id)
);


--
-- Name: feed_consumer; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.feed_consumer (
    name text NOT NULL,
    "position" bigint NOT NULL
);


--
-- Name: idempotency_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.idempotency_key (
    id text NOT NULL,
    fingerprint text NOT NULL,
    answer text NOT NULL,
    created_on timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: inbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.inbox (
    consumer text NOT NULL,
    "position" bigint NOT NULL
);


--
-- Name: job; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.job (
    id bigint NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    payload jsonb NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    due_at timestamp with time zone NOT NULL,
    lease_token text,
    last_error text,
    discard_reason text,
    lane text,
    turn bigint DEFAULT 0 NOT NULL,
    created_on timestamp with time zone DEFAULT now() NOT NULL,
    secret text,
    set_at timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: job_hilo; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.job_hilo
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: ledger_entry; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.ledger_entry (
    transaction_id text NOT NULL,
    ordinal integer NOT NULL,
    kind text NOT NULL,
    amount numeric(18,2) NOT NULL,
    currency text NOT NULL,
    order_id bigint,
    refund_id text,
    reason text NOT NULL,
    recorded_on timestamp with time zone NOT NULL,
    CONSTRAINT ledger_entry_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT ledger_entry_check CHECK (((refund_id IS NOT NULL) = (kind = ANY (ARRAY['REFUND'::text, 'VOID'::text])))),
    CONSTRAINT ledger_entry_kind_check CHECK ((kind = ANY (ARRAY['CHARGE'::text, 'REFUND'::text, 'REFUSAL'::text, 'TRANSIENT'::text, 'VOID'::text]))),
    CONSTRAINT ledger_entry_ordinal_check CHECK ((ordinal > 0))
);


--
-- Name: outbox_position; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.outbox_position
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: outbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox (
    "position" bigint DEFAULT nextval('public.outbox_position'::regclass) NOT NULL,
    kind text NOT NULL,
    aggregate_id bigint NOT NULL,
    sequence bigint NOT NULL,
    owner text NOT NULL,
    owner_team text,
    occurred_on timestamp with time zone NOT NULL,
    payload jsonb NOT NULL
);


--
-- Name: outbox_epoch; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox_epoch (
    id boolean DEFAULT true NOT NULL,
    server text NOT NULL,
    CONSTRAINT outbox_epoch_id_check CHECK (id)
);


--
-- Name: outbox_start; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox_start (
    id boolean DEFAULT true NOT NULL,
    "position" bigint NOT NULL,
    CONSTRAINT outbox_start_id_check CHECK (id)
);


--
-- Name: recorded_error; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.recorded_error (
    id bigint NOT NULL,
    "time" timestamp with time zone NOT NULL,
    source text NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    message text NOT NULL,
    detail text NOT NULL,
    correlation_id text NOT NULL
);


--
-- Name: recorded_error_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.recorded_error ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.recorded_error_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: stripe_intent; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stripe_intent (
    transaction_id text NOT NULL,
    intent_id text,
    order_id bigint,
    amount numeric(18,2),
    currency text,
    generation integer DEFAULT 0 NOT NULL,
    void_reason text,
    created_on timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: stripe_refund; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stripe_refund (
    refund_id text NOT NULL,
    transaction_id text NOT NULL,
    amount numeric(18,2) NOT NULL,
    currency text NOT NULL,
    made_as text,
    generation integer DEFAULT 0 NOT NULL,
    created_on timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0007');


--
-- Data for Name: audit_checkpoint; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_entry OVERRIDING SYSTEM VALUE VALUES
	(1, '2026-11-28 13:16:19.984855+00', 'service:order', 'Charge', '2000/0f59b90c-4d89-4e53-9d2f-efc91a6f277a', 'PROVIDER_UNAVAILABLE', '40a7bfa5759642a887ad9cd5af80dae4', '', '', '127.0.0.1', '', 1, NULL);


--
-- Data for Name: audit_head; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_retention; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_retention VALUES
	(true, 365);


--
-- Data for Name: feed_consumer; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: idempotency_key; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: inbox; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: job; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: ledger_entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ledger_entry VALUES
	('659e2320-710b-4c8b-916b-b5c5f477cf3e', 1, 'CHARGE', 60.00, 'USD', 1000, NULL, '', '2026-11-28 13:16:16.956279+00'),
	('4f4482b5-f756-4259-837c-b100bc2f02c3', 1, 'REFUSAL', 40.00, 'USD', 1001, NULL, 'the card was declined', '2026-11-28 13:16:17.023916+00'),
	('ea0a10af-5c64-4dc6-9eec-1bd1090b44cf', 1, 'CHARGE', 120.00, 'USD', 1002, NULL, '', '2026-11-28 13:16:17.080355+00'),
	('a0cc47e2-275f-4138-bcda-ff4ccdcd9f75', 1, 'CHARGE', 120.00, 'USD', 1003, NULL, '', '2026-11-28 13:16:17.154153+00'),
	('a0cc47e2-275f-4138-bcda-ff4ccdcd9f75', 2, 'REFUND', 40.00, 'USD', 1003, 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1', 'refunded', '2026-11-28 13:16:17.219265+00'),
	('e923b517-5e44-445f-b130-2c9a515b845f', 1, 'CHARGE', 30.00, 'USD', 1005, NULL, '', '2026-11-28 13:16:17.311824+00'),
	('e923b517-5e44-445f-b130-2c9a515b845f', 2, 'REFUND', 30.00, 'USD', 1005, 'e923b517-5e44-445f-b130-2c9a515b845f/1', 'too dear', '2026-11-28 13:16:17.370509+00'),
	('0f59b90c-4d89-4e53-9d2f-efc91a6f277a', 1, 'TRANSIENT', 40.00, 'USD', 2000, NULL, '', '2026-11-28 13:16:19.983204+00'),
	('afa6c51f-39ff-4423-960f-199e092da04b', 1, 'CHARGE', 40.00, 'USD', 2001, NULL, '', '2026-11-28 13:16:20.006991+00'),
	('4068dc5e-3543-4674-9083-cf58d2762614', 1, 'CHARGE', 40.00, 'USD', 3001, NULL, '', '2026-11-28 13:16:23.178097+00'),
	('f4b3e2fa-bcf5-456c-8e41-73b237694f75', 1, 'CHARGE', 40.00, 'USD', 3000, NULL, '', '2026-11-28 13:16:23.178064+00'),
	('033d7af3-b58e-4825-8bc3-0fa4065dc7e6', 1, 'CHARGE', 40.00, 'USD', 3006, NULL, '', '2026-11-28 13:16:23.180626+00'),
	('1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71', 1, 'CHARGE', 40.00, 'USD', 3005, NULL, '', '2026-11-28 13:16:23.180622+00'),
	('81d8cb4f-e4a1-44db-82d2-2268b8567ad8', 1, 'CHARGE', 40.00, 'USD', 3002, NULL, '', '2026-11-28 13:16:23.180593+00'),
	('a4cfbc4b-ba1a-4309-b616-c7994f4077e6', 1, 'CHARGE', 40.00, 'USD', 3004, NULL, '', '2026-11-28 13:16:23.180618+00'),
	('e57a5287-d566-482e-8de9-b01da4164e8f', 1, 'CHARGE', 40.00, 'USD', 3003, NULL, '', '2026-11-28 13:16:23.180612+00'),
	('e75d37a8-c10b-49e2-afd3-8f0349ff6332', 1, 'CHARGE', 40.00, 'USD', 3007, NULL, '', '2026-11-28 13:16:23.18063+00');


--
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: outbox_epoch; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox_epoch VALUES
	(true, '');


--
-- Data for Name: outbox_start; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox_start VALUES
	(true, 0);


--
-- Data for Name: recorded_error; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: stripe_intent; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: stripe_refund; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: audit_entry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_entry_id_seq', 1, true);


--
-- Name: job_hilo; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.job_hilo', 1, false);


--
-- Name: outbox_position; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_position', 1, false);


--
-- Name: recorded_error_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.recorded_error_id_seq', 1, false);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: audit_checkpoint audit_checkpoint_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_checkpoint
    ADD CONSTRAINT audit_checkpoint_pkey PRIMARY KEY (last_id);


--
-- Name: audit_entry audit_entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);


--
-- Name: audit_head audit_head_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_head
    ADD CONSTRAINT audit_head_pkey PRIMARY KEY (id);


--
-- Name: audit_retention audit_retention_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_retention
    ADD CONSTRAINT audit_retention_pkey PRIMARY KEY (id);


--
-- Name: feed_consumer feed_consumer_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.feed_consumer
    ADD CONSTRAINT feed_consumer_pkey PRIMARY KEY (name);


--
-- Name: idempotency_key idempotency_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.idempotency_key
    ADD CONSTRAINT idempotency_key_pkey PRIMARY KEY (id);


--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (consumer);


--
-- Name: job job_kind_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_kind_key_key UNIQUE (kind, key);


--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id);


--
-- Name: ledger_entry ledger_entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (transaction_id, ordinal);


--
-- Name: outbox outbox_aggregate_id_sequence_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_aggregate_id_sequence_key UNIQUE (aggregate_id, sequence);


--
-- Name: outbox_epoch outbox_epoch_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_epoch
    ADD CONSTRAINT outbox_epoch_pkey PRIMARY KEY (id);


--
-- Name: outbox outbox_position_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_key UNIQUE ("position");


--
-- Name: outbox_start outbox_start_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox_start
    ADD CONSTRAINT outbox_start_pkey PRIMARY KEY (id);


--
-- Name: recorded_error recorded_error_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recorded_error
    ADD CONSTRAINT recorded_error_pkey PRIMARY KEY (id);


--
-- Name: stripe_intent stripe_intent_intent_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stripe_intent
    ADD CONSTRAINT stripe_intent_intent_id_key UNIQUE (intent_id);


--
-- Name: stripe_intent stripe_intent_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stripe_intent
    ADD CONSTRAINT stripe_intent_pkey PRIMARY KEY (transaction_id);


--
-- Name: stripe_refund stripe_refund_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stripe_refund
    ADD CONSTRAINT stripe_refund_pkey PRIMARY KEY (refund_id);


--
-- Name: ix_audit_entry_actor; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_entry_actor ON public.audit_entry USING btree (actor, "time", id);


--
-- Name: ix_audit_entry_resource; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_entry_resource ON public.audit_entry USING btree (resource, "time", id);


--
-- Name: ix_audit_entry_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_entry_time ON public.audit_entry USING btree ("time", id);


--
-- Name: ix_idempotency_key_created_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_idempotency_key_created_on ON public.idempotency_key USING btree (created_on) WHERE (answer <> ALL (ARRAY[''::text, 'null'::text]));


--
-- Name: ix_job_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_job_due ON public.job USING btree (due_at) WHERE (state = ANY (ARRAY['READY'::text, 'RUNNING'::text]));


--
-- Name: ix_job_ended; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_job_ended ON public.job USING btree (due_at) WHERE (state = ANY (ARRAY['DONE'::text, 'DISCARDED'::text]));


--
-- Name: ix_job_given_up; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_job_given_up ON public.job USING btree (state, id) WHERE (state = ANY (ARRAY['DEAD'::text, 'DISCARDED'::text]));


--
-- Name: ix_job_lane; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_job_lane ON public.job USING btree (lane, turn) WHERE ((lane IS NOT NULL) AND (state = ANY (ARRAY['READY'::text, 'RUNNING'::text])));


--
-- Name: ix_recorded_error_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_recorded_error_time ON public.recorded_error USING btree ("time");


--
-- Name: uq_ledger_entry_outcome; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX uq_ledger_entry_outcome ON public.ledger_entry USING btree (transaction_id) WHERE (kind = ANY (ARRAY['CHARGE'::text, 'REFUSAL'::text, 'VOID'::text]));


--
-- Name: uq_ledger_entry_refund_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX uq_ledger_entry_refund_id ON public.ledger_entry USING btree (refund_id) WHERE (refund_id IS NOT NULL);


--
-- Name: outbox lock_outbox; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER lock_outbox BEFORE INSERT ON public.outbox FOR EACH STATEMENT EXECUTE FUNCTION public.lock_outbox();


--
-- Name: audit_checkpoint trg_audit_checkpoint_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_audit_checkpoint_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_checkpoint FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_of_audit();


--
-- Name: audit_entry trg_audit_entry_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_audit_entry_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_of_audit();


--
-- Name: ledger_entry trg_ledger_entry_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_ledger_entry_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_of_ledger();


--
-- PostgreSQL database dump complete
--

\unrestrict easyorder

