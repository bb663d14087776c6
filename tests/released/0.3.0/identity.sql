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
-- Name: count_version(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.count_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.row_version := OLD.row_version + 1;
    RETURN NEW;
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
-- Name: credential; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.credential (
    user_id uuid NOT NULL,
    password_hash text NOT NULL
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
-- Name: lockout; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lockout (
    email_digest text NOT NULL,
    failures integer NOT NULL,
    last_failed_on timestamp with time zone,
    locked_until timestamp with time zone
);


--
-- Name: mail_count; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.mail_count (
    key_digest text NOT NULL,
    began_on timestamp with time zone NOT NULL,
    mails integer NOT NULL
);


--
-- Name: mailed_token; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.mailed_token (
    digest text NOT NULL,
    purpose text NOT NULL,
    user_id uuid NOT NULL,
    bound_to text NOT NULL,
    expires_on timestamp with time zone NOT NULL,
    used_on timestamp with time zone
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
-- Name: revocation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.revocation (
    "position" bigint NOT NULL,
    session_id uuid,
    user_id uuid,
    before_version bigint,
    expires_on timestamp with time zone NOT NULL
);


--
-- Name: revocation_position_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.revocation ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.revocation_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: revocation_reader; Type: TABLE; Schema: public; Owner: -
--

CREATE UNLOGGED TABLE public.revocation_reader (
    name text NOT NULL,
    "position" bigint NOT NULL,
    seen_on timestamp with time zone NOT NULL
);


--
-- Name: role; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.role (
    name text NOT NULL
);


--
-- Name: sign_in_place; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sign_in_place (
    place_digest text NOT NULL,
    email_digest text NOT NULL,
    last_used_on timestamp with time zone NOT NULL
);


--
-- Name: signing_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.signing_key (
    kid text NOT NULL,
    public_key bytea NOT NULL,
    private_key bytea NOT NULL,
    created_on timestamp with time zone NOT NULL,
    retired_on timestamp with time zone,
    signs_from timestamp with time zone NOT NULL
);


--
-- Name: team; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.team (
    id uuid NOT NULL,
    name text NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL
);


--
-- Name: team_member; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.team_member (
    team_id uuid NOT NULL,
    user_id uuid NOT NULL
);


--
-- Name: user_account; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.user_account (
    id uuid NOT NULL,
    email text NOT NULL,
    display_name text NOT NULL,
    is_disabled boolean NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    verified_email text,
    email_verified_on timestamp with time zone
);


--
-- Name: user_role; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.user_role (
    user_id uuid NOT NULL,
    role text NOT NULL
);


--
-- Name: user_session; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.user_session (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    secret_digest text NOT NULL,
    generation bigint NOT NULL,
    created_on timestamp with time zone NOT NULL,
    last_used_on timestamp with time zone NOT NULL,
    expires_on timestamp with time zone NOT NULL,
    address text NOT NULL,
    user_agent text NOT NULL,
    tokens_expire_on timestamp with time zone NOT NULL
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0020');


--
-- Data for Name: audit_checkpoint; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_entry OVERRIDING SYSTEM VALUE VALUES
	(1, '2026-11-28 13:16:16.752617+00', 'anonymous', 'Login', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'OK', 'cff6c730-234f-42cb-8bec-d9ef22d653ed', 'session 3a99a3a0-5a03-4b96-acdd-682100982916', '', '127.0.0.1', '', 1, NULL),
	(2, '2026-11-28 13:16:16.775394+00', 'anonymous', 'Register', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'OK', 'e8c89705-3601-4949-9e2e-c414071b6c6e', '', '', '127.0.0.1', '', 1, NULL),
	(3, '2026-11-28 13:16:16.791369+00', 'anonymous', 'Login', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'OK', 'f52b31a6-17b0-4ac1-b626-4b190e67b62c', 'session 0b822080-ab7a-49a1-993b-4e63e08f8a53', '', '127.0.0.1', '', 1, NULL),
	(4, '2026-11-28 13:16:16.800465+00', 'anonymous', 'Register', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', 'OK', '752580ad-6638-4779-9ef0-58396fa3271c', '', '', '127.0.0.1', '', 1, NULL),
	(5, '2026-11-28 13:16:16.813563+00', 'anonymous', 'Login', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', 'OK', 'd40df479-4487-4ca0-9456-83d1a9f6f7ed', 'session e7aa3bb7-25d3-4f8b-a3c6-a5dd39e66c79', '', '127.0.0.1', '', 1, NULL);


--
-- Data for Name: audit_head; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_retention; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_retention VALUES
	(true, 365);


--
-- Data for Name: credential; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.credential VALUES
	('7085f412-5f2e-4320-94c9-ed4f120ba010', '$argon2id$v=19$m=64,t=1,p=1$n0+FDdU5ttvryYE3EnP14Q$PA44JsFIJrrcISHR9ABFgUDA5P7mOih3F9H6sbBBIqk'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '$argon2id$v=19$m=64,t=1,p=1$/U1GuAT8Z8rtEV/uViEKSg$UWFiDHRwJS8t26ZuubhT6Ep+Aoj/mnaie3/DUCq1Exc'),
	('d8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', '$argon2id$v=19$m=64,t=1,p=1$4vme/dGwR0FN2QRW6/MUsw$MMbImow+sa5y7zv3kTFtFyFSbfZJY0K2NWiPxZ0meXM');


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
-- Data for Name: lockout; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: mail_count; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: mailed_token; Type: TABLE DATA; Schema: public; Owner: -
--



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
-- Data for Name: revocation; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: revocation_reader; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.revocation_reader VALUES
	('order at vm 3c805e24', 0, '2026-11-28 13:16:16.536708+00'),
	('order at vm f4e5f267', 0, '2026-11-28 13:16:18.843914+00'),
	('identity at vm ecba49fb', 0, '2026-11-28 13:16:20.003402+00'),
	('payment at vm 1cff7f44', 0, '2026-11-28 13:16:21.302562+00'),
	('inventory at vm bebe68da', 0, '2026-11-28 13:16:21.487412+00'),
	('order at vm 5843d85d', 0, '2026-11-28 13:16:21.97974+00');


--
-- Data for Name: role; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.role VALUES
	('ADMIN'),
	('USER');


--
-- Data for Name: sign_in_place; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.sign_in_place VALUES
	('9637fe71ca649fa0bc6f522c3b80615bc8f698a906eba1188c6cbe006805bdf2', '258d8dc916db8cea2cafb6c3cd0cb0246efe061421dbd83ec3a350428cabda4f', '2026-11-28 13:16:16.74755+00'),
	('c1444d6c9013a6813efb20e122eda14c877134de9970a37ed9cb5eea087583b9', '71d4f55f72fa128dfb468a1a3901507c804b74316488744d769d7f4b16696476', '2026-11-28 13:16:16.788156+00'),
	('22be3c2c8ad3c509eb669482e32bdf1dc5d2380596a4701a56b9f6ade11721d0', '5ff860bf1190596c7188ab851db691f0f3169c453936e9e1eba2f9a47f7a0018', '2026-11-28 13:16:16.810831+00');


--
-- Data for Name: signing_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.signing_key VALUES
	('6ZOCXdKvLEprfsd3joysK2--ZAN0kv-yA0YX18B9Kjw', '\x0ee672a9484899e270b2fd14dc26ad1ac781f4c78a7b526215f8be746305b2a3', '\xaa1472d7b9e0ad9f540473103a6b352afd07aeb039f10fc27765264541889193647c271965fb8828b2aaf4f90794ab8e200f5e059b529680df46ee01', '2026-11-28 13:16:14.732088+00', NULL, '2026-11-28 13:16:14.732088+00');


--
-- Data for Name: team; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: team_member; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: user_account; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.user_account VALUES
	('7085f412-5f2e-4320-94c9-ed4f120ba010', 'admin@example.com', 'Administrator', false, '2026-11-28 13:16:14.787943+00', 'anonymous', '2026-11-28 13:16:14.787943+00', 'anonymous', false, NULL, 1, NULL, NULL),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'ann@example.com', 'ann', false, '2026-11-28 13:16:16.768239+00', 'anonymous', '2026-11-28 13:16:16.768239+00', 'anonymous', false, NULL, 1, NULL, NULL),
	('d8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', 'bob@example.com', 'bob', false, '2026-11-28 13:16:16.796475+00', 'anonymous', '2026-11-28 13:16:16.796475+00', 'anonymous', false, NULL, 1, NULL, NULL);


--
-- Data for Name: user_role; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.user_role VALUES
	('7085f412-5f2e-4320-94c9-ed4f120ba010', 'ADMIN'),
	('7085f412-5f2e-4320-94c9-ed4f120ba010', 'USER'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USER'),
	('d8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', 'USER');


--
-- Data for Name: user_session; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.user_session VALUES
	('3a99a3a0-5a03-4b96-acdd-682100982916', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'f68fbdc462c0c9328e9e8818aa7fe485a4c1cfe4fdf8ef1d6d3ff185a5d5a630', 1, '2026-11-28 13:16:16.749877+00', '2026-11-28 13:16:16.749877+00', '2026-12-28 13:16:16.749877+00', '127.0.0.1', 'python-httpx/0.28.1', '2026-11-28 13:31:16.749877+00'),
	('0b822080-ab7a-49a1-993b-4e63e08f8a53', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '7611ae6e7cc9ba50245289df41b080303705ed4a59f2096767a32901c0ff60d3', 1, '2026-11-28 13:16:16.789181+00', '2026-11-28 13:16:16.789181+00', '2026-12-28 13:16:16.789181+00', '127.0.0.1', 'python-httpx/0.28.1', '2026-11-28 13:31:16.789181+00'),
	('e7aa3bb7-25d3-4f8b-a3c6-a5dd39e66c79', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', 'fb9784f5531cdd21485e99e0c3c3f9511a9581e4c296f5fefc1aca3199deca5a', 1, '2026-11-28 13:16:16.811891+00', '2026-11-28 13:16:16.811891+00', '2026-12-28 13:16:16.811891+00', '127.0.0.1', 'python-httpx/0.28.1', '2026-11-28 13:31:16.811891+00');


--
-- Name: audit_entry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_entry_id_seq', 5, true);


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
-- Name: revocation_position_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.revocation_position_seq', 1, false);


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
-- Name: credential credential_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (user_id);


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
-- Name: lockout lockout_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.lockout
    ADD CONSTRAINT lockout_pkey PRIMARY KEY (email_digest);


--
-- Name: mail_count mail_count_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.mail_count
    ADD CONSTRAINT mail_count_pkey PRIMARY KEY (key_digest);


--
-- Name: mailed_token mailed_token_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.mailed_token
    ADD CONSTRAINT mailed_token_pkey PRIMARY KEY (digest);


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
-- Name: revocation revocation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revocation
    ADD CONSTRAINT revocation_pkey PRIMARY KEY ("position");


--
-- Name: revocation_reader revocation_reader_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revocation_reader
    ADD CONSTRAINT revocation_reader_pkey PRIMARY KEY (name);


--
-- Name: role role_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.role
    ADD CONSTRAINT role_pkey PRIMARY KEY (name);


--
-- Name: sign_in_place sign_in_place_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_place
    ADD CONSTRAINT sign_in_place_pkey PRIMARY KEY (place_digest);


--
-- Name: signing_key signing_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.signing_key
    ADD CONSTRAINT signing_key_pkey PRIMARY KEY (kid);


--
-- Name: team_member team_member_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_pkey PRIMARY KEY (team_id, user_id);


--
-- Name: team team_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.team
    ADD CONSTRAINT team_pkey PRIMARY KEY (id);


--
-- Name: user_account user_account_email_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT user_account_email_key UNIQUE (email);


--
-- Name: user_account user_account_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_account
    ADD CONSTRAINT user_account_pkey PRIMARY KEY (id);


--
-- Name: user_role user_role_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_role
    ADD CONSTRAINT user_role_pkey PRIMARY KEY (user_id, role);


--
-- Name: user_session user_session_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_session
    ADD CONSTRAINT user_session_pkey PRIMARY KEY (id);


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
-- Name: ix_lockout_last_failed_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_lockout_last_failed_on ON public.lockout USING btree (last_failed_on);


--
-- Name: ix_mail_count_began_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_mail_count_began_on ON public.mail_count USING btree (began_on);


--
-- Name: ix_mailed_token_expires_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_mailed_token_expires_on ON public.mailed_token USING btree (expires_on);


--
-- Name: ix_recorded_error_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_recorded_error_time ON public.recorded_error USING btree ("time");


--
-- Name: ix_revocation_expires_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_revocation_expires_on ON public.revocation USING btree (expires_on);


--
-- Name: ix_sign_in_place_email_digest; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sign_in_place_email_digest ON public.sign_in_place USING btree (email_digest);


--
-- Name: ix_sign_in_place_last_used_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_sign_in_place_last_used_on ON public.sign_in_place USING btree (last_used_on);


--
-- Name: ix_team_member_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_team_member_user_id ON public.team_member USING btree (user_id);


--
-- Name: ix_user_account_created_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_user_account_created_on ON public.user_account USING btree (created_on, id);


--
-- Name: ix_user_account_email_prefix; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_user_account_email_prefix ON public.user_account USING btree (email text_pattern_ops);


--
-- Name: ix_user_session_expires_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_user_session_expires_on ON public.user_session USING btree (expires_on);


--
-- Name: ix_user_session_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_user_session_user_id ON public.user_session USING btree (user_id);


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
-- Name: team trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.team FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: user_account trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.user_account FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: credential credential_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.user_account(id);


--
-- Name: mailed_token mailed_token_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.mailed_token
    ADD CONSTRAINT mailed_token_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.user_account(id);


--
-- Name: team_member team_member_team_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_team_id_fkey FOREIGN KEY (team_id) REFERENCES public.team(id);


--
-- Name: team_member team_member_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.team_member
    ADD CONSTRAINT team_member_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.user_account(id);


--
-- Name: user_role user_role_role_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_role
    ADD CONSTRAINT user_role_role_fkey FOREIGN KEY (role) REFERENCES public.role(name);


--
-- Name: user_role user_role_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_role
    ADD CONSTRAINT user_role_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.user_account(id);


--
-- Name: user_session user_session_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.user_session
    ADD CONSTRAINT user_session_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.user_account(id);


--
-- PostgreSQL database dump complete
--

\unrestrict easyorder

