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
-- Name: record_changes(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.record_changes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO change_log (entity, entity_id, row_version, owner, actor, image)
    SELECT TG_TABLE_NAME, changed.id::text, changed.row_version, changed.created_by, changed.modified_by,
           to_jsonb(changed)
    FROM changed;
    RETURN NULL;
END
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


--
-- Name: take_changes(text, bigint, integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.take_changes(entities text, after_id bigint, batch integer) RETURNS TABLE(last_id bigint, oldest_open bigint, own bigint, id bigint, entity text, entity_id text, row_version bigint, image text)
    LANGUAGE plpgsql
    AS $$
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
-- Name: change_log; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.change_log (
    id bigint NOT NULL,
    xact_id xid8 DEFAULT pg_current_xact_id() NOT NULL,
    entity text NOT NULL,
    entity_id text NOT NULL,
    row_version bigint NOT NULL,
    owner text NOT NULL,
    actor text NOT NULL,
    image jsonb NOT NULL,
    recorded_on timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    failures smallint DEFAULT 0 NOT NULL,
    parked_until timestamp with time zone
)
WITH (autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='10000', autovacuum_vacuum_insert_threshold='-1', autovacuum_analyze_scale_factor='0', autovacuum_analyze_threshold='50000');


--
-- Name: change_log_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.change_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.change_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
-- Name: order_discount; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_discount (
    id bigint NOT NULL,
    order_id bigint NOT NULL,
    code text NOT NULL,
    description text NOT NULL,
    amount numeric(18,2) NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    team_id text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT order_discount_amount_check CHECK ((amount >= (0)::numeric))
);


--
-- Name: order_hilo; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.order_hilo
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: order_id_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_id_key (
    key bytea NOT NULL,
    CONSTRAINT order_id_key_key_check CHECK ((length(key) = 16))
);


--
-- Name: order_item; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.order_item (
    id bigint NOT NULL,
    order_id bigint NOT NULL,
    product_item_id bigint NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    quantity integer NOT NULL,
    unit_price numeric(18,2) NOT NULL,
    discount numeric(18,2) NOT NULL,
    returned integer NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    team_id text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    returned_price numeric(18,2) DEFAULT 0 NOT NULL,
    product_id bigint,
    options jsonb,
    CONSTRAINT order_item_check CHECK ((((0)::numeric <= discount) AND (discount <= ((quantity)::numeric * unit_price)))),
    CONSTRAINT order_item_check1 CHECK (((0 <= returned) AND (returned <= quantity))),
    CONSTRAINT order_item_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT order_item_returned_price_check CHECK ((returned_price >= (0)::numeric)),
    CONSTRAINT order_item_unit_price_check CHECK ((unit_price >= (0)::numeric))
);


--
-- Name: order_item_hilo; Type: SEQUENCE; Schema: public; Owner: -
--

CREATE SEQUENCE public.order_item_hilo
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: orders; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.orders (
    id bigint NOT NULL,
    status text NOT NULL,
    currency text NOT NULL,
    placed_at timestamp with time zone NOT NULL,
    paid_at timestamp with time zone,
    cancelled_at timestamp with time zone,
    cancel_reason text NOT NULL,
    sequence bigint NOT NULL,
    revision integer NOT NULL,
    supplementary_hold_id bigint CONSTRAINT orders_extra_order_id_not_null NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    team_id text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    shipments jsonb DEFAULT '[]'::jsonb NOT NULL,
    earlier_payments jsonb DEFAULT '[]'::jsonb NOT NULL,
    cancel_code text,
    shipping_address jsonb,
    billing_address jsonb,
    CONSTRAINT orders_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'CONFIRMED'::text, 'PAID'::text, 'SHIPPED'::text, 'DELIVERED'::text, 'CANCELLED'::text, 'FAILED'::text])))
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
-- Name: payment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.payment (
    id bigint NOT NULL,
    order_id bigint NOT NULL,
    transaction_id text NOT NULL,
    method text NOT NULL,
    status text NOT NULL,
    amount numeric(18,2) NOT NULL,
    attempts integer NOT NULL,
    processed_at timestamp with time zone,
    failure_reason text NOT NULL,
    waiting_token text DEFAULT ''::text NOT NULL,
    refunded numeric(18,2) NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    team_id text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    failure_code text,
    charged_at timestamp with time zone,
    CONSTRAINT payment_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT payment_check CHECK ((((0)::numeric <= refunded) AND (refunded <= amount)))
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
-- Name: refund; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.refund (
    id bigint NOT NULL,
    refund_id text NOT NULL,
    order_id bigint NOT NULL,
    transaction_id text NOT NULL,
    amount numeric(18,2) NOT NULL,
    currency text NOT NULL,
    reason text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    team_id text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    items jsonb,
    CONSTRAINT refund_amount_check CHECK ((amount >= (0)::numeric))
);


--
-- Name: refund_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.refund ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.refund_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: stream_ticket_use; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stream_ticket_use (
    id bytea NOT NULL,
    used_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT stream_ticket_use_id_check CHECK ((length(id) = 12))
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0028');


--
-- Data for Name: audit_checkpoint; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_checkpoint VALUES
	(7, -9223372036854775808, 7, '2026-11-28 13:16:16.930295+00', '2026-11-28 13:16:17.227507+00', '2026-11-28 13:16:18.867244+00', '054d114a5d130121e37fc0d59f839350f44adbeb4930be097dc166fc72daac34', '', 'e2ea107df9dca5fbdc3cf0ec5d977e7039c062324be043368b67e38df825d8d4');


--
-- Data for Name: audit_entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_entry OVERRIDING SYSTEM VALUE VALUES
	(1, '2026-11-28 13:16:16.930295+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'CreateOrder', '59dbc67276fe1659b9da911b5b46af3b', 'OK', '10683b77-2e7b-4d11-ae06-b407fb01e813', '', '', '127.0.0.1', '0b822080-ab7a-49a1-993b-4e63e08f8a53', 1, NULL),
	(2, '2026-11-28 13:16:17.02209+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'CreateOrder', '43071a84d55c60994f31c6aceb50eefb', 'OK', '5f3917d2-dc83-409e-9986-7f3ea961b8bd', '', '', '127.0.0.1', '0b822080-ab7a-49a1-993b-4e63e08f8a53', 1, NULL),
	(3, '2026-11-28 13:16:17.077206+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'CreateOrder', '35e815d85b70ad4a396b7d7b23e7aaa5', 'OK', 'f569846e-ec6e-40c5-94be-a1212569e9b1', '', '', '127.0.0.1', '0b822080-ab7a-49a1-993b-4e63e08f8a53', 1, NULL),
	(4, '2026-11-28 13:16:17.133813+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'ShipOrder', '35e815d85b70ad4a396b7d7b23e7aaa5', 'OK', 'eeca5bc3-afcb-44a9-9488-ef79a5ffe627', '', '', '127.0.0.1', '3a99a3a0-5a03-4b96-acdd-682100982916', 1, '[{"after": "\"SHIPPED\"", "field": "status", "before": "\"PAID\""}, {"after": "{\"carrier\":\"DHL\",\"tracking_number\":\"JD35e815d85b70ad4a396b7d7b23e7aaa5\",\"tracking_uri\":\"\",\"id\":\"1\",\"shipped_at\":\"2026-11-28T13:16:17.131712Z\",\"delivered_at\":null}", "field": "shipments[1]", "before": ""}]'),
	(5, '2026-11-28 13:16:17.152958+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'CreateOrder', 'e331bec39ae2e0233214f4ede67f66b8', 'OK', '8a37097b-ec10-4430-9d33-70b462d48c3d', '', '', '127.0.0.1', '0b822080-ab7a-49a1-993b-4e63e08f8a53', 1, NULL),
	(6, '2026-11-28 13:16:17.196387+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'ShipOrder', 'e331bec39ae2e0233214f4ede67f66b8', 'OK', '538e5ee2-d9b3-4392-ada5-c77ba11c5fc2', '', '', '127.0.0.1', '3a99a3a0-5a03-4b96-acdd-682100982916', 1, '[{"after": "\"SHIPPED\"", "field": "status", "before": "\"PAID\""}, {"after": "{\"carrier\":\"DHL\",\"tracking_number\":\"JDe331bec39ae2e0233214f4ede67f66b8\",\"tracking_uri\":\"\",\"id\":\"1\",\"shipped_at\":\"2026-11-28T13:16:17.192974Z\",\"delivered_at\":null}", "field": "shipments[1]", "before": ""}]'),
	(7, '2026-11-28 13:16:17.227507+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'RefundOrder', 'e331bec39ae2e0233214f4ede67f66b8', 'OK', 'abfb7c93-ff3f-48dd-866e-dc0fc3bca934', '', '', '127.0.0.1', '3a99a3a0-5a03-4b96-acdd-682100982916', 1, '[{"after": "1", "field": "items[1005].returned", "before": "0"}, {"after": "\"2026-11-28T13:16:17.206945Z\"", "field": "payment.processed_at", "before": "\"2026-11-28T13:16:17.156854Z\""}, {"after": "\"40.00\"", "field": "payment.refunded", "before": "\"0.00\""}, {"after": "{\"id\":\"a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1\",\"amount\":\"40.00\",\"items\":[[1,1]],\"reason\":\"broken\",\"state\":\"PROMISED\",\"requested_at\":\"2026-11-28T13:16:17.206945Z\",\"done_at\":null}", "field": "refunds[a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1]", "before": ""}]');


--
-- Data for Name: audit_head; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_head VALUES
	(true, 7, 'e2ea107df9dca5fbdc3cf0ec5d977e7039c062324be043368b67e38df825d8d4', '2c1a21c350d6841c7d22074fc9aeded8a1dc26344dabc037871292b2c5852599');


--
-- Data for Name: audit_retention; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_retention VALUES
	(true, 365);


--
-- Data for Name: change_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change_log OVERRIDING SYSTEM VALUE VALUES
	(73, '1003', 'payment', '3002', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3002, "amount": 40.00, "method": "CARD", "status": "PENDING", "team_id": null, "attempts": 0, "order_id": 3002, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "failure_code": null, "processed_at": "2026-11-28T13:16:23.16282+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "81d8cb4f-e4a1-44db-82d2-2268b8567ad8"}', '2026-11-28 13:16:23.16993+00', 0, NULL),
	(74, '1003', 'payment', '3003', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3003, "amount": 40.00, "method": "CARD", "status": "PENDING", "team_id": null, "attempts": 0, "order_id": 3003, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "failure_code": null, "processed_at": "2026-11-28T13:16:23.16282+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "e57a5287-d566-482e-8de9-b01da4164e8f"}', '2026-11-28 13:16:23.170033+00', 0, NULL),
	(75, '1003', 'payment', '3004', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3004, "amount": 40.00, "method": "CARD", "status": "PENDING", "team_id": null, "attempts": 0, "order_id": 3004, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "failure_code": null, "processed_at": "2026-11-28T13:16:23.16282+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "a4cfbc4b-ba1a-4309-b616-c7994f4077e6"}', '2026-11-28 13:16:23.17004+00', 0, NULL),
	(76, '1003', 'payment', '3005', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3005, "amount": 40.00, "method": "CARD", "status": "PENDING", "team_id": null, "attempts": 0, "order_id": 3005, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "failure_code": null, "processed_at": "2026-11-28T13:16:23.16282+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71"}', '2026-11-28 13:16:23.170046+00', 0, NULL),
	(77, '1003', 'payment', '3006', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3006, "amount": 40.00, "method": "CARD", "status": "PENDING", "team_id": null, "attempts": 0, "order_id": 3006, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "failure_code": null, "processed_at": "2026-11-28T13:16:23.16282+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "033d7af3-b58e-4825-8bc3-0fa4065dc7e6"}', '2026-11-28 13:16:23.170052+00', 0, NULL),
	(78, '1003', 'payment', '3007', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3007, "amount": 40.00, "method": "CARD", "status": "PENDING", "team_id": null, "attempts": 0, "order_id": 3007, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "failure_code": null, "processed_at": "2026-11-28T13:16:23.16282+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "e75d37a8-c10b-49e2-afd3-8f0349ff6332"}', '2026-11-28 13:16:23.170059+00', 0, NULL),
	(79, '1003', 'order_item', '3002', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3002, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "team_id": null, "discount": 0.00, "order_id": 3002, "quantity": 1, "returned": 0, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "product_id": 1, "unit_price": 40.00, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "returned_price": 0.00, "product_item_id": 2}', '2026-11-28 13:16:23.170278+00', 0, NULL),
	(80, '1003', 'order_item', '3003', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3003, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "team_id": null, "discount": 0.00, "order_id": 3003, "quantity": 1, "returned": 0, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "product_id": 1, "unit_price": 40.00, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "returned_price": 0.00, "product_item_id": 2}', '2026-11-28 13:16:23.170295+00', 0, NULL),
	(81, '1003', 'order_item', '3004', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3004, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "team_id": null, "discount": 0.00, "order_id": 3004, "quantity": 1, "returned": 0, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "product_id": 1, "unit_price": 40.00, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "returned_price": 0.00, "product_item_id": 2}', '2026-11-28 13:16:23.170301+00', 0, NULL),
	(82, '1003', 'order_item', '3005', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3005, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "team_id": null, "discount": 0.00, "order_id": 3005, "quantity": 1, "returned": 0, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "product_id": 1, "unit_price": 40.00, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "returned_price": 0.00, "product_item_id": 2}', '2026-11-28 13:16:23.170309+00', 0, NULL),
	(83, '1003', 'order_item', '3006', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3006, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "team_id": null, "discount": 0.00, "order_id": 3006, "quantity": 1, "returned": 0, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "product_id": 1, "unit_price": 40.00, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "returned_price": 0.00, "product_item_id": 2}', '2026-11-28 13:16:23.170314+00', 0, NULL),
	(84, '1003', 'order_item', '3007', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "team_id": null, "discount": 0.00, "order_id": 3007, "quantity": 1, "returned": 0, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "product_id": 1, "unit_price": 40.00, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "returned_price": 0.00, "product_item_id": 2}', '2026-11-28 13:16:23.170319+00', 0, NULL),
	(85, '1003', 'orders', '3002', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3002, "status": "CONFIRMED", "paid_at": null, "team_id": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.170395+00', 0, NULL),
	(86, '1003', 'orders', '3003', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3003, "status": "CONFIRMED", "paid_at": null, "team_id": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.170409+00', 0, NULL),
	(87, '1003', 'orders', '3004', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3004, "status": "CONFIRMED", "paid_at": null, "team_id": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.170414+00', 0, NULL),
	(88, '1003', 'orders', '3005', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3005, "status": "CONFIRMED", "paid_at": null, "team_id": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.170432+00', 0, NULL),
	(89, '1003', 'orders', '3006', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3006, "status": "CONFIRMED", "paid_at": null, "team_id": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.170439+00', 0, NULL),
	(90, '1003', 'orders', '3007', 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', '{"id": 3007, "status": "CONFIRMED", "paid_at": null, "team_id": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "modified_on": "2026-11-28T13:16:23.16282+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.170444+00', 0, NULL),
	(91, '1008', 'orders', '3001', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3001, "status": "PAID", "paid_at": "2026-11-28T13:16:23.187885+00:00", "team_id": null, "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-28T13:16:23.146563+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.146563+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.187885+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.191971+00', 0, NULL),
	(92, '1008', 'orders', '3000', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3000, "status": "PAID", "paid_at": "2026-11-28T13:16:23.187977+00:00", "team_id": null, "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-28T13:16:23.146563+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.146563+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.187977+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.192016+00', 0, NULL),
	(93, '1008', 'payment', '3001', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3001, "amount": 40.00, "method": "CARD", "status": "PAID", "team_id": null, "attempts": 1, "order_id": 3001, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.146563+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.18918+00:00", "row_version": 2, "failure_code": null, "processed_at": "2026-11-28T13:16:23.187885+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "4068dc5e-3543-4674-9083-cf58d2762614"}', '2026-11-28 13:16:23.192104+00', 0, NULL),
	(94, '1008', 'payment', '3000', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3000, "amount": 40.00, "method": "CARD", "status": "PAID", "team_id": null, "attempts": 1, "order_id": 3000, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.146563+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.18918+00:00", "row_version": 2, "failure_code": null, "processed_at": "2026-11-28T13:16:23.187977+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "f4b3e2fa-bcf5-456c-8e41-73b237694f75"}', '2026-11-28 13:16:23.192117+00', 0, NULL),
	(95, '1009', 'orders', '3002', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3002, "status": "PAID", "paid_at": "2026-11-28T13:16:23.194634+00:00", "team_id": null, "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.194634+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.196688+00', 0, NULL),
	(96, '1009', 'orders', '3007', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3007, "status": "PAID", "paid_at": "2026-11-28T13:16:23.194694+00:00", "team_id": null, "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.194694+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.196712+00', 0, NULL),
	(97, '1009', 'orders', '3005', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3005, "status": "PAID", "paid_at": "2026-11-28T13:16:23.194859+00:00", "team_id": null, "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.194859+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.196718+00', 0, NULL),
	(98, '1009', 'orders', '3003', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3003, "status": "PAID", "paid_at": "2026-11-28T13:16:23.194895+00:00", "team_id": null, "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.194895+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.196725+00', 0, NULL),
	(99, '1009', 'orders', '3006', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3006, "status": "PAID", "paid_at": "2026-11-28T13:16:23.194912+00:00", "team_id": null, "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.194912+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.196731+00', 0, NULL),
	(100, '1009', 'orders', '3004', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3004, "status": "PAID", "paid_at": "2026-11-28T13:16:23.194927+00:00", "team_id": null, "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-28T13:16:23.16282+00:00", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "cancel_code": null, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.194927+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null, "supplementary_hold_id": 0}', '2026-11-28 13:16:23.196737+00', 0, NULL),
	(101, '1009', 'payment', '3002', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3002, "amount": 40.00, "method": "CARD", "status": "PAID", "team_id": null, "attempts": 1, "order_id": 3002, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.195583+00:00", "row_version": 2, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194634+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "81d8cb4f-e4a1-44db-82d2-2268b8567ad8"}', '2026-11-28 13:16:23.196769+00', 0, NULL),
	(102, '1009', 'payment', '3007', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3007, "amount": 40.00, "method": "CARD", "status": "PAID", "team_id": null, "attempts": 1, "order_id": 3007, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.195583+00:00", "row_version": 2, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194694+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "e75d37a8-c10b-49e2-afd3-8f0349ff6332"}', '2026-11-28 13:16:23.196791+00', 0, NULL),
	(103, '1009', 'payment', '3005', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3005, "amount": 40.00, "method": "CARD", "status": "PAID", "team_id": null, "attempts": 1, "order_id": 3005, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.195583+00:00", "row_version": 2, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194859+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71"}', '2026-11-28 13:16:23.196797+00', 0, NULL),
	(104, '1009', 'payment', '3003', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3003, "amount": 40.00, "method": "CARD", "status": "PAID", "team_id": null, "attempts": 1, "order_id": 3003, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.195583+00:00", "row_version": 2, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194895+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "e57a5287-d566-482e-8de9-b01da4164e8f"}', '2026-11-28 13:16:23.196804+00', 0, NULL),
	(105, '1009', 'payment', '3006', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3006, "amount": 40.00, "method": "CARD", "status": "PAID", "team_id": null, "attempts": 1, "order_id": 3006, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.195583+00:00", "row_version": 2, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194912+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "033d7af3-b58e-4825-8bc3-0fa4065dc7e6"}', '2026-11-28 13:16:23.196809+00', 0, NULL),
	(106, '1009', 'payment', '3004', 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'service:order', '{"id": 3004, "amount": 40.00, "method": "CARD", "status": "PAID", "team_id": null, "attempts": 1, "order_id": 3004, "refunded": 0.00, "charged_at": null, "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "created_on": "2026-11-28T13:16:23.16282+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-28T13:16:23.195583+00:00", "row_version": 2, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194927+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "a4cfbc4b-ba1a-4309-b616-c7994f4077e6"}', '2026-11-28 13:16:23.196814+00', 0, NULL);


--
-- Data for Name: feed_consumer; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.feed_consumer VALUES
	('service:inventory', 0);


--
-- Data for Name: idempotency_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.idempotency_key VALUES
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#c227455f-2489-4f19-a4ab-5a775b0c4193', '9a0f6d5a7ded12c06cb4e5006579a1725f28269ec6cb13d10cee79a0983f8660', '{"id":1000,"status":"CONFIRMED","currency":"USD","items":[{"id":1000,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":2,"unit_price":"40","discount":"20","returned":0,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[{"code":"QUARTER","description":"25 % off","amount":"20"},{"code":"DOUBLE","description":"loyalty points times 2","amount":"0"}],"payment":{"transaction_id":"659e2320-710b-4c8b-916b-b5c5f477cf3e","method":"CARD","status":"PENDING","amount":"60.00","attempts":0,"processed_at":"2026-11-28T13:16:16.922447Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:16.922447Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":3,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:16.922447Z"}', '2026-11-28 13:16:16.923521+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#182d86c3-b707-48c8-a7b4-03e7fb4e1eee', '3b36a760575a850aa9c88e6a9ea9880d5807cdc9a2399d26f07c82fa5ea0888f', '{"id":1001,"status":"CONFIRMED","currency":"USD","items":[{"id":1003,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"4f4482b5-f756-4259-837c-b100bc2f02c3","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:17.018245Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.018245Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.018245Z"}', '2026-11-28 13:16:17.019286+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#6c8c4e4e-228e-47b0-b824-5d0517c3922f', 'd2e0aad7ebb47c24f9e105d659fa5056acf02ff335e14a0b6b553bba01948b64', '{"id":1002,"status":"CONFIRMED","currency":"USD","items":[{"id":1004,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":3,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"ea0a10af-5c64-4dc6-9eec-1bd1090b44cf","method":"CARD","status":"PENDING","amount":"120.00","attempts":0,"processed_at":"2026-11-28T13:16:17.073690Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.073690Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.073690Z"}', '2026-11-28 13:16:17.075057+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#e1f3b7b5-9f1b-46d3-a2b2-0ce9f7938cb3', 'c74452f39cdd24f14c70a3eeb7e7d9dfe3cf0313bf1814ea8b3b4fdd80a44647', '{"id":1003,"status":"CONFIRMED","currency":"USD","items":[{"id":1005,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":3,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"a0cc47e2-275f-4138-bcda-ff4ccdcd9f75","method":"CARD","status":"PENDING","amount":"120.00","attempts":0,"processed_at":"2026-11-28T13:16:17.145905Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.145905Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.145905Z"}', '2026-11-28 13:16:17.146556+00'),
	('7085f412-5f2e-4320-94c9-ed4f120ba010/RefundOrderRequest#ec14266b-d3f0-4dbc-b724-530932aaff31', 'ed55d41db125f777476d841106556ed6e10e877dc0978d9c8f110db57cd8524c', '{"order":{"id":1003,"status":"SHIPPED","currency":"USD","items":[{"id":1005,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":3,"unit_price":"40.00","discount":"0.00","returned":1,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"a0cc47e2-275f-4138-bcda-ff4ccdcd9f75","method":"CARD","status":"PAID","amount":"120.00","attempts":1,"processed_at":"2026-11-28T13:16:17.206945Z","failure_reason":"","failure_code":null,"refunded":"40.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.145905Z","paid_at":"2026-11-28T13:16:17.156854Z","cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":4,"sequence":6,"cancel_code":null,"earlier_payments":[],"refunds":[{"id":"a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1","amount":"40.00","items":[[1,1]],"reason":"broken","state":"PROMISED","requested_at":"2026-11-28T13:16:17.206945Z","done_at":null}],"shipments":[{"carrier":"DHL","tracking_number":"JDe331bec39ae2e0233214f4ede67f66b8","tracking_uri":"","id":"1","shipped_at":"2026-11-28T13:16:17.192974Z","delivered_at":null}],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.206945Z"},"refund_id":"a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1","amount":{"amount":"40.00","currency":"USD"},"by_provider":true}', '2026-11-28 13:16:17.202519+00'),
	('7085f412-5f2e-4320-94c9-ed4f120ba010/RefundOrderRequest/recorded#ec14266b-d3f0-4dbc-b724-530932aaff31', 'ed55d41db125f777476d841106556ed6e10e877dc0978d9c8f110db57cd8524c', '{"id":1003,"status":"SHIPPED","currency":"USD","items":[{"id":1005,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":3,"unit_price":"40.00","discount":"0.00","returned":1,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"a0cc47e2-275f-4138-bcda-ff4ccdcd9f75","method":"CARD","status":"PARTIALLY_REFUNDED","amount":"120.00","attempts":1,"processed_at":"2026-11-28T13:16:17.225097Z","failure_reason":"","failure_code":null,"refunded":"40.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.145905Z","paid_at":"2026-11-28T13:16:17.156854Z","cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":5,"sequence":7,"cancel_code":null,"earlier_payments":[],"refunds":[{"id":"a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1","amount":"40.00","items":[[1,1]],"reason":"broken","state":"GIVEN","requested_at":"2026-11-28T13:16:17.206945Z","done_at":"2026-11-28T13:16:17.225097Z"}],"shipments":[{"carrier":"DHL","tracking_number":"JDe331bec39ae2e0233214f4ede67f66b8","tracking_uri":"","id":"1","shipped_at":"2026-11-28T13:16:17.192974Z","delivered_at":null}],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.225097Z"}', '2026-11-28 13:16:17.222731+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#20e48182-900d-4256-abe4-c481bfcd56df', '42fdbb05cba2cab9f3929a224735e9aadafaecd1bc44cd647f336c41cbf808c0', '{"id":1004,"status":"CONFIRMED","currency":"USD","items":[{"id":1006,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"6d9a0ee7-8418-4c85-aa2e-b976c5df513d","method":"CASH","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:17.236919Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.236919Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.236919Z"}', '2026-11-28 13:16:17.237479+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#1867a4ba-51cb-4d40-a500-0b7e7a9abba1', 'e21896ac6c7d0410cad17d5fa24e1a5b90e381775d0d9e89337418635c8f1ae2', '{"id":1005,"status":"CONFIRMED","currency":"USD","items":[{"id":1007,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"10","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[{"code":"QUARTER","description":"25 % off","amount":"10"}],"payment":{"transaction_id":"e923b517-5e44-445f-b130-2c9a515b845f","method":"CARD","status":"PENDING","amount":"30.00","attempts":0,"processed_at":"2026-11-28T13:16:17.299713Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.299713Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":3,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.299713Z"}', '2026-11-28 13:16:17.300715+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#73791c3a-c385-49bc-8193-8d073b00aaf6', '82266c83657180ac78d105a53c9fb621d8b70ec28864dfbb6a1c9c64ae363ca5', '{"id":1006,"status":"PENDING","currency":"USD","items":[{"id":1009,"product_item_id":3,"sku":"LAMP-RARE-RED-S","name":"Desk lamp rare","quantity":3,"unit_price":"40","discount":"0.00","returned":0,"product_id":2,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"e4963817-99e9-44db-8f57-1a1a06639de3","method":"CARD","status":"PENDING","amount":"120.00","attempts":0,"processed_at":"2026-11-28T13:16:17.410169Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.410169Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.410169Z"}', '2026-11-28 13:16:17.411647+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#27d2592f-b6eb-4bcb-a1cc-c3d2019fe18e', '08bb04ac69ef881d28e75e91dfbc58b714a626a8264f383d07fe1f042100c16b', '{"id":1007,"status":"CONFIRMED","currency":"USD","items":[{"id":1010,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"93e827d9-6dfe-43f7-b37a-f555a464a240","method":"CASH","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:17.423389Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:17.423389Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:17.423389Z"}', '2026-11-28 13:16:17.424117+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#d5b5dc9e-da71-4c2b-b596-8e9bb37d00c3', 'af1a617ca3315a01c6a3ed7d89772df01f8ad9cf5fab6a899e4e6995ce847b75', '{"id":2000,"status":"CONFIRMED","currency":"USD","items":[{"id":2000,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"0f59b90c-4d89-4e53-9d2f-efc91a6f277a","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:19.959893Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:19.959893Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:19.959893Z"}', '2026-11-28 13:16:19.960642+00'),
	('d8f50ea1-30dc-4ac9-9c54-b3be2679b9c3/CreateOrderRequest#20cfa5b7-f5df-43b1-95a1-799681b6e925', '2557868557cc42226d4c31b73569b50b698baac80d3a48141284d5146efd3873', '{"id":2001,"status":"CONFIRMED","currency":"USD","items":[{"id":2001,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","red"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"afa6c51f-39ff-4423-960f-199e092da04b","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:19.998147Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:19.998147Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"d8f50ea1-30dc-4ac9-9c54-b3be2679b9c3","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:19.998147Z"}', '2026-11-28 13:16:19.999162+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#ed6eae45-71b6-4d8b-8476-4d59ef375994', '0d92710d0f49c57895768cf691c08fb1a340caa7e04384fac39c95f53a981c46', '{"id":3000,"status":"CONFIRMED","currency":"USD","items":[{"id":3000,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"f4b3e2fa-bcf5-456c-8e41-73b237694f75","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:23.146563Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:23.146563Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:23.146563Z"}', '2026-11-28 13:16:23.147644+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#c92440f6-e3a8-46af-b599-83ca26134c33', '1c3e7601baef1dab295c0cc1929ed8d944a45ec54a9328fbec1c25c6a3f0ae35', '{"id":3001,"status":"CONFIRMED","currency":"USD","items":[{"id":3001,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"4068dc5e-3543-4674-9083-cf58d2762614","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:23.146563Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:23.146563Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:23.146563Z"}', '2026-11-28 13:16:23.147644+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#e4bda45e-2d8b-4352-a1d5-47e155798d81', '8a5093d36fbce3c340177db5724f66967a21f89aefd925c08aac93d1a491fd34', '{"id":3002,"status":"CONFIRMED","currency":"USD","items":[{"id":3002,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"81d8cb4f-e4a1-44db-82d2-2268b8567ad8","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:23.162820Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:23.162820Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:23.162820Z"}', '2026-11-28 13:16:23.163817+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#2da644ef-6a49-4807-8f29-99372ad5c993', '3fe20560ecf320c1e79c67a4f81165ff3fa8963cf84698622b6204492e2b43da', '{"id":3003,"status":"CONFIRMED","currency":"USD","items":[{"id":3003,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"e57a5287-d566-482e-8de9-b01da4164e8f","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:23.162820Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:23.162820Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:23.162820Z"}', '2026-11-28 13:16:23.163817+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#c7e07ede-ffef-468b-9d45-6f9d0de1a0f3', 'bdaec47b16cdd65d1b79e9e3033adfc42d8397625715363f90cc07e155c0f4f8', '{"id":3004,"status":"CONFIRMED","currency":"USD","items":[{"id":3004,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"a4cfbc4b-ba1a-4309-b616-c7994f4077e6","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:23.162820Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:23.162820Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:23.162820Z"}', '2026-11-28 13:16:23.163817+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#649d76f8-163e-425d-b4e5-fc7a9f189016', '2abf43a5aa5e0fb534245a405da1ea285d92d6b08b0bcd7e4c6f47dfca510de3', '{"id":3005,"status":"CONFIRMED","currency":"USD","items":[{"id":3005,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:23.162820Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:23.162820Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:23.162820Z"}', '2026-11-28 13:16:23.163817+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#9352e30e-fd95-4a4f-a416-0afaffa928a1', '9aff0e4100184523a4c4236ab65d3ac1441a5cf003e6f33fa95411ab8562344d', '{"id":3006,"status":"CONFIRMED","currency":"USD","items":[{"id":3006,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"033d7af3-b58e-4825-8bc3-0fa4065dc7e6","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:23.162820Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:23.162820Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:23.162820Z"}', '2026-11-28 13:16:23.163817+00'),
	('e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/CreateOrderRequest#692c3936-091d-4001-923f-42fbc0b66b60', 'ab59eb0f518ba231c956feb8b5614e83dfde5c9d1973b5dd23ec48d736bb71b7', '{"id":3007,"status":"CONFIRMED","currency":"USD","items":[{"id":3007,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0,"product_id":1,"options":[["Colour","blue"],["Size","S"]]}],"discounts":[],"payment":{"transaction_id":"e75d37a8-c10b-49e2-afd3-8f0349ff6332","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":"2026-11-28T13:16:23.162820Z","failure_reason":"","failure_code":null,"refunded":"0.00","charged_at":null},"placed_at":"2026-11-28T13:16:23.162820Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8","row_version":1,"sequence":2,"cancel_code":null,"earlier_payments":[],"refunds":[],"shipments":[],"shipping_address":null,"billing_address":null,"team_id":null,"updated_at":"2026-11-28T13:16:23.162820Z"}', '2026-11-28 13:16:23.163817+00');


--
-- Data for Name: inbox; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: job; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.job VALUES
	(1000, 'charge', '659e2320-710b-4c8b-916b-b5c5f477cf3e', '{"amount": "60.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/c227455f-2489-4f19-a4ab-5a775b0c4193", "order_id": 1000, "hold_until": "2026-11-28T13:17:06.909536+00:00", "transaction_id": "659e2320-710b-4c8b-916b-b5c5f477cf3e"}', 'DONE', 1, '2026-11-28 13:16:16.966436+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:16.923521+00', '', '2026-11-28 13:16:16.966436+00'),
	(1001, 'commit_stock', '1000/659e2320-710b-4c8b-916b-b5c5f477cf3e', '{"paid": true, "order_id": 1000, "revision": 0, "transaction_id": "659e2320-710b-4c8b-916b-b5c5f477cf3e"}', 'DONE', 1, '2026-11-28 13:16:16.982575+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:16.966436+00', NULL, '2026-11-28 13:16:16.982575+00'),
	(1002, 'charge', '4f4482b5-f756-4259-837c-b100bc2f02c3', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/182d86c3-b707-48c8-a7b4-03e7fb4e1eee", "order_id": 1001, "hold_until": "2026-11-28T13:17:07.013533+00:00", "transaction_id": "4f4482b5-f756-4259-837c-b100bc2f02c3"}', 'DONE', 1, '2026-11-28 13:16:17.029827+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.019286+00', '', '2026-11-28 13:16:17.029827+00'),
	(1004, 'charge', 'ea0a10af-5c64-4dc6-9eec-1bd1090b44cf', '{"amount": "120.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/6c8c4e4e-228e-47b0-b824-5d0517c3922f", "order_id": 1002, "hold_until": "2026-11-28T13:17:07.066007+00:00", "transaction_id": "ea0a10af-5c64-4dc6-9eec-1bd1090b44cf"}', 'DONE', 1, '2026-11-28 13:16:17.082876+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.075057+00', '', '2026-11-28 13:16:17.082876+00'),
	(1006, 'charge', 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75', '{"amount": "120.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/e1f3b7b5-9f1b-46d3-a2b2-0ce9f7938cb3", "order_id": 1003, "hold_until": "2026-11-28T13:17:07.140577+00:00", "transaction_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75"}', 'DONE', 1, '2026-11-28 13:16:17.157704+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.146556+00', '', '2026-11-28 13:16:17.157704+00'),
	(1003, 'release_stock', '1001/4f4482b5-f756-4259-837c-b100bc2f02c3', '{"order_id": 1001, "revision": 0, "transaction_id": "4f4482b5-f756-4259-837c-b100bc2f02c3"}', 'DONE', 1, '2026-11-28 13:16:17.182521+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.029827+00', NULL, '2026-11-28 13:16:17.182521+00'),
	(1005, 'commit_stock', '1002/ea0a10af-5c64-4dc6-9eec-1bd1090b44cf', '{"paid": true, "order_id": 1002, "revision": 0, "transaction_id": "ea0a10af-5c64-4dc6-9eec-1bd1090b44cf"}', 'DONE', 1, '2026-11-28 13:16:17.182521+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.082876+00', NULL, '2026-11-28 13:16:17.182521+00'),
	(1007, 'commit_stock', '1003/a0cc47e2-275f-4138-bcda-ff4ccdcd9f75', '{"paid": true, "order_id": 1003, "revision": 0, "transaction_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75"}', 'DONE', 1, '2026-11-28 13:16:17.182521+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.157704+00', NULL, '2026-11-28 13:16:17.182521+00'),
	(1008, 'return_money', 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1', '{"amount": "40.00", "reason": "broken", "currency": "USD", "order_id": 1003, "refund_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1", "transaction_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75"}', 'READY', 0, '2026-11-28 13:16:27.202519+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.202519+00', NULL, '2026-11-28 13:16:17.202519+00'),
	(1012, 'charge', 'e923b517-5e44-445f-b130-2c9a515b845f', '{"amount": "30.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/1867a4ba-51cb-4d40-a500-0b7e7a9abba1", "order_id": 1005, "hold_until": "2026-11-28T13:17:07.295878+00:00", "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}', 'DONE', 1, '2026-11-28 13:16:17.316334+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.300715+00', '', '2026-11-28 13:16:17.316334+00'),
	(1013, 'commit_stock', '1005/e923b517-5e44-445f-b130-2c9a515b845f', '{"paid": true, "order_id": 1005, "revision": 0, "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}', 'DISCARDED', 1, '2026-11-28 13:16:17.355111+00', NULL, NULL, 'the order was cancelled', NULL, 0, '2026-11-28 13:16:17.316334+00', '', '2026-11-28 13:16:17.316334+00'),
	(1015, 'release_stock', '1005/e923b517-5e44-445f-b130-2c9a515b845f', '{"order_id": 1005, "revision": 0, "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}', 'RUNNING', 1, '2026-11-28 13:16:37.355111+00', 'b198fc9397f144ae9552484ede98be38', NULL, NULL, NULL, 0, '2026-11-28 13:16:17.355111+00', NULL, '2026-11-28 13:16:17.355111+00'),
	(1014, 'return_money', 'e923b517-5e44-445f-b130-2c9a515b845f/1', '{"amount": "30.00", "reason": "too dear", "currency": "USD", "order_id": 1005, "refund_id": "e923b517-5e44-445f-b130-2c9a515b845f/1", "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}', 'DONE', 1, '2026-11-28 13:16:17.374077+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.355111+00', NULL, '2026-11-28 13:16:17.374077+00'),
	(1009, 'restock', 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1', '{"lines": [[1, 1]], "currency": "USD", "order_id": 1003, "refunded": "40.00"}', 'DONE', 1, '2026-11-28 13:16:17.383932+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.202519+00', NULL, '2026-11-28 13:16:17.383932+00'),
	(1010, 'commit_stock', '1004/6d9a0ee7-8418-4c85-aa2e-b976c5df513d', '{"paid": false, "order_id": 1004, "revision": 0, "transaction_id": "6d9a0ee7-8418-4c85-aa2e-b976c5df513d"}', 'DONE', 1, '2026-11-28 13:16:17.383932+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.237479+00', NULL, '2026-11-28 13:16:17.383932+00'),
	(1011, 'commit_stock', '1004/6d9a0ee7-8418-4c85-aa2e-b976c5df513d/paid', '{"paid": true, "order_id": 1004, "revision": 0, "transaction_id": "6d9a0ee7-8418-4c85-aa2e-b976c5df513d"}', 'DONE', 1, '2026-11-28 13:16:17.383932+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:17.278821+00', NULL, '2026-11-28 13:16:17.383932+00'),
	(1016, 'commit_stock', '1007/93e827d9-6dfe-43f7-b37a-f555a464a240', '{"paid": false, "order_id": 1007, "revision": 0, "transaction_id": "93e827d9-6dfe-43f7-b37a-f555a464a240"}', 'RUNNING', 1, '2026-11-28 13:16:37.424117+00', 'b198fc9397f144ae9552484ede98be38', NULL, NULL, NULL, 0, '2026-11-28 13:16:17.424117+00', NULL, '2026-11-28 13:16:17.424117+00'),
	(2000, 'charge', '0f59b90c-4d89-4e53-9d2f-efc91a6f277a', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/d5b5dc9e-da71-4c2b-b596-8e9bb37d00c3", "order_id": 2000, "hold_until": "2026-11-28T13:17:09.950080+00:00", "transaction_id": "0f59b90c-4d89-4e53-9d2f-efc91a6f277a"}', 'READY', 1, '2026-11-28 13:16:40.961264+00', NULL, 'PROVIDER_UNAVAILABLE: the payment provider does not answer; charge the same transaction again', NULL, NULL, 0, '2026-11-28 13:16:19.960642+00', 'tok_flaky_2', '2026-11-28 13:16:19.991056+00'),
	(2001, 'charge', 'afa6c51f-39ff-4423-960f-199e092da04b', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "d8f50ea1-30dc-4ac9-9c54-b3be2679b9c3/20cfa5b7-f5df-43b1-95a1-799681b6e925", "order_id": 2001, "hold_until": "2026-11-28T13:17:09.988858+00:00", "transaction_id": "afa6c51f-39ff-4423-960f-199e092da04b"}', 'RUNNING', 1, '2026-11-28 13:16:39.999162+00', 'eb50e62e642e4667b64002f4b5421c51', NULL, NULL, NULL, 0, '2026-11-28 13:16:19.999162+00', 'tok_ok', '2026-11-28 13:16:19.999162+00'),
	(3001, 'charge', '4068dc5e-3543-4674-9083-cf58d2762614', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/c92440f6-e3a8-46af-b599-83ca26134c33", "order_id": 3001, "hold_until": "2026-11-28T13:17:13.136204+00:00", "transaction_id": "4068dc5e-3543-4674-9083-cf58d2762614"}', 'DONE', 1, '2026-11-28 13:16:23.18918+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.147644+00', '', '2026-11-28 13:16:23.18918+00'),
	(3002, 'charge', '81d8cb4f-e4a1-44db-82d2-2268b8567ad8', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/e4bda45e-2d8b-4352-a1d5-47e155798d81", "order_id": 3002, "hold_until": "2026-11-28T13:17:13.152140+00:00", "transaction_id": "81d8cb4f-e4a1-44db-82d2-2268b8567ad8"}', 'DONE', 1, '2026-11-28 13:16:23.195583+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.163817+00', '', '2026-11-28 13:16:23.195583+00'),
	(3007, 'charge', 'e75d37a8-c10b-49e2-afd3-8f0349ff6332', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/692c3936-091d-4001-923f-42fbc0b66b60", "order_id": 3007, "hold_until": "2026-11-28T13:17:13.152140+00:00", "transaction_id": "e75d37a8-c10b-49e2-afd3-8f0349ff6332"}', 'DONE', 1, '2026-11-28 13:16:23.195583+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.163817+00', '', '2026-11-28 13:16:23.195583+00'),
	(3005, 'charge', '1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/649d76f8-163e-425d-b4e5-fc7a9f189016", "order_id": 3005, "hold_until": "2026-11-28T13:17:13.152140+00:00", "transaction_id": "1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71"}', 'DONE', 1, '2026-11-28 13:16:23.195583+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.163817+00', '', '2026-11-28 13:16:23.195583+00'),
	(3003, 'charge', 'e57a5287-d566-482e-8de9-b01da4164e8f', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/2da644ef-6a49-4807-8f29-99372ad5c993", "order_id": 3003, "hold_until": "2026-11-28T13:17:13.152140+00:00", "transaction_id": "e57a5287-d566-482e-8de9-b01da4164e8f"}', 'DONE', 1, '2026-11-28 13:16:23.195583+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.163817+00', '', '2026-11-28 13:16:23.195583+00'),
	(3006, 'charge', '033d7af3-b58e-4825-8bc3-0fa4065dc7e6', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/9352e30e-fd95-4a4f-a416-0afaffa928a1", "order_id": 3006, "hold_until": "2026-11-28T13:17:13.152140+00:00", "transaction_id": "033d7af3-b58e-4825-8bc3-0fa4065dc7e6"}', 'DONE', 1, '2026-11-28 13:16:23.195583+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.163817+00', '', '2026-11-28 13:16:23.195583+00'),
	(3004, 'charge', 'a4cfbc4b-ba1a-4309-b616-c7994f4077e6', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/c7e07ede-ffef-468b-9d45-6f9d0de1a0f3", "order_id": 3004, "hold_until": "2026-11-28T13:17:13.152140+00:00", "transaction_id": "a4cfbc4b-ba1a-4309-b616-c7994f4077e6"}', 'DONE', 1, '2026-11-28 13:16:23.195583+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.163817+00', '', '2026-11-28 13:16:23.195583+00'),
	(3000, 'charge', 'f4b3e2fa-bcf5-456c-8e41-73b237694f75', '{"amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/ed6eae45-71b6-4d8b-8476-4d59ef375994", "order_id": 3000, "hold_until": "2026-11-28T13:17:13.136204+00:00", "transaction_id": "f4b3e2fa-bcf5-456c-8e41-73b237694f75"}', 'DONE', 1, '2026-11-28 13:16:23.18918+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.147644+00', '', '2026-11-28 13:16:23.18918+00'),
	(3010, 'commit_stock', '3002/81d8cb4f-e4a1-44db-82d2-2268b8567ad8', '{"paid": true, "order_id": 3002, "revision": 0, "transaction_id": "81d8cb4f-e4a1-44db-82d2-2268b8567ad8"}', 'RUNNING', 1, '2026-11-28 13:16:43.195583+00', '5cd31846f4de470d819c6c7f0632ae13', NULL, NULL, NULL, 0, '2026-11-28 13:16:23.195583+00', NULL, '2026-11-28 13:16:23.195583+00'),
	(3011, 'commit_stock', '3007/e75d37a8-c10b-49e2-afd3-8f0349ff6332', '{"paid": true, "order_id": 3007, "revision": 0, "transaction_id": "e75d37a8-c10b-49e2-afd3-8f0349ff6332"}', 'RUNNING', 1, '2026-11-28 13:16:43.195583+00', '5cd31846f4de470d819c6c7f0632ae13', NULL, NULL, NULL, 0, '2026-11-28 13:16:23.195583+00', NULL, '2026-11-28 13:16:23.195583+00'),
	(3012, 'commit_stock', '3005/1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71', '{"paid": true, "order_id": 3005, "revision": 0, "transaction_id": "1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71"}', 'RUNNING', 1, '2026-11-28 13:16:43.195583+00', '5cd31846f4de470d819c6c7f0632ae13', NULL, NULL, NULL, 0, '2026-11-28 13:16:23.195583+00', NULL, '2026-11-28 13:16:23.195583+00'),
	(3013, 'commit_stock', '3003/e57a5287-d566-482e-8de9-b01da4164e8f', '{"paid": true, "order_id": 3003, "revision": 0, "transaction_id": "e57a5287-d566-482e-8de9-b01da4164e8f"}', 'RUNNING', 1, '2026-11-28 13:16:43.195583+00', '5cd31846f4de470d819c6c7f0632ae13', NULL, NULL, NULL, 0, '2026-11-28 13:16:23.195583+00', NULL, '2026-11-28 13:16:23.195583+00'),
	(3014, 'commit_stock', '3006/033d7af3-b58e-4825-8bc3-0fa4065dc7e6', '{"paid": true, "order_id": 3006, "revision": 0, "transaction_id": "033d7af3-b58e-4825-8bc3-0fa4065dc7e6"}', 'RUNNING', 1, '2026-11-28 13:16:43.195583+00', '5cd31846f4de470d819c6c7f0632ae13', NULL, NULL, NULL, 0, '2026-11-28 13:16:23.195583+00', NULL, '2026-11-28 13:16:23.195583+00'),
	(3015, 'commit_stock', '3004/a4cfbc4b-ba1a-4309-b616-c7994f4077e6', '{"paid": true, "order_id": 3004, "revision": 0, "transaction_id": "a4cfbc4b-ba1a-4309-b616-c7994f4077e6"}', 'RUNNING', 1, '2026-11-28 13:16:43.195583+00', '5cd31846f4de470d819c6c7f0632ae13', NULL, NULL, NULL, 0, '2026-11-28 13:16:23.195583+00', NULL, '2026-11-28 13:16:23.195583+00'),
	(3008, 'commit_stock', '3001/4068dc5e-3543-4674-9083-cf58d2762614', '{"paid": true, "order_id": 3001, "revision": 0, "transaction_id": "4068dc5e-3543-4674-9083-cf58d2762614"}', 'DONE', 1, '2026-11-28 13:16:23.203918+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.18918+00', NULL, '2026-11-28 13:16:23.203918+00'),
	(3009, 'commit_stock', '3000/f4b3e2fa-bcf5-456c-8e41-73b237694f75', '{"paid": true, "order_id": 3000, "revision": 0, "transaction_id": "f4b3e2fa-bcf5-456c-8e41-73b237694f75"}', 'DONE', 1, '2026-11-28 13:16:23.203918+00', NULL, NULL, NULL, NULL, 0, '2026-11-28 13:16:23.18918+00', NULL, '2026-11-28 13:16:23.203918+00');


--
-- Data for Name: order_discount; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_discount VALUES
	(1001, 1000, 'QUARTER', '25 % off', 20.00, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1),
	(1002, 1000, 'DOUBLE', 'loyalty points times 2', 0.00, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1),
	(1008, 1005, 'QUARTER', '25 % off', 10.00, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1);


--
-- Data for Name: order_id_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_id_key VALUES
	('\x87c59d20232143f6bef647589c9f0081');


--
-- Data for Name: order_item; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_item VALUES
	(1000, 1000, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 2, 40.00, 20.00, 0, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1003, 1001, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:17.018245+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.018245+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1004, 1002, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 3, 40.00, 0.00, 0, '2026-11-28 13:16:17.07369+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.07369+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1005, 1003, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 3, 40.00, 0.00, 1, '2026-11-28 13:16:17.145905+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.202519+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 2, 40.00, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1006, 1004, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:17.236919+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.236919+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1007, 1005, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 10.00, 0, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(1009, 1006, 3, 'LAMP-RARE-RED-S', 'Desk lamp rare', 3, 40.00, 0.00, 0, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 2, '[["Colour", "red"], ["Size", "S"]]'),
	(1010, 1007, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(2000, 2000, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:19.959893+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.959893+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(2001, 2001, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', NULL, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', false, NULL, 1, 0.00, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(3000, 3000, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(3001, 3001, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(3002, 3002, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(3003, 3003, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(3004, 3004, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(3005, 3005, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(3006, 3006, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(3007, 3007, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 0.00, 1, '[["Colour", "blue"], ["Size", "S"]]');


--
-- Data for Name: orders; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders VALUES
	(1000, 'PAID', 'USD', '2026-11-28 13:16:16.922447+00', '2026-11-28 13:16:16.965619+00', NULL, '', 5, 0, 0, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.965619+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(1001, 'FAILED', 'USD', '2026-11-28 13:16:17.018245+00', NULL, NULL, '', 4, 0, 0, '2026-11-28 13:16:17.018245+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.029233+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(3001, 'PAID', 'USD', '2026-11-28 13:16:23.146563+00', '2026-11-28 13:16:23.187885+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.187885+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(1002, 'SHIPPED', 'USD', '2026-11-28 13:16:17.07369+00', '2026-11-28 13:16:17.082396+00', NULL, '', 5, 0, 0, '2026-11-28 13:16:17.07369+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.131712+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 3, '[{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.131712Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JD35e815d85b70ad4a396b7d7b23e7aaa5"}]', '[]', NULL, NULL, NULL),
	(3000, 'PAID', 'USD', '2026-11-28 13:16:23.146563+00', '2026-11-28 13:16:23.187977+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.187977+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(3002, 'PAID', 'USD', '2026-11-28 13:16:23.16282+00', '2026-11-28 13:16:23.194634+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194634+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(3007, 'PAID', 'USD', '2026-11-28 13:16:23.16282+00', '2026-11-28 13:16:23.194694+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194694+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(1003, 'SHIPPED', 'USD', '2026-11-28 13:16:17.145905+00', '2026-11-28 13:16:17.156854+00', NULL, '', 7, 0, 0, '2026-11-28 13:16:17.145905+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.225097+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 5, '[{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.192974Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JDe331bec39ae2e0233214f4ede67f66b8"}]', '[]', NULL, NULL, NULL),
	(3005, 'PAID', 'USD', '2026-11-28 13:16:23.16282+00', '2026-11-28 13:16:23.194859+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194859+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(1004, 'DELIVERED', 'USD', '2026-11-28 13:16:17.236919+00', '2026-11-28 13:16:17.280626+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:17.236919+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.280626+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 3, '[{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.270593Z", "delivered_at": "2026-11-28T13:16:17.280626Z", "tracking_uri": "", "tracking_number": "JD8689da3b6b40ef67a19ab8d9e1b0c926"}]', '[]', NULL, NULL, NULL),
	(3003, 'PAID', 'USD', '2026-11-28 13:16:23.16282+00', '2026-11-28 13:16:23.194895+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194895+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(3006, 'PAID', 'USD', '2026-11-28 13:16:23.16282+00', '2026-11-28 13:16:23.194912+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194912+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(1005, 'CANCELLED', 'USD', '2026-11-28 13:16:17.299713+00', '2026-11-28 13:16:17.315827+00', '2026-11-28 13:16:17.358399+00', 'too dear', 8, 0, 0, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.381005+00', 'service:order', false, NULL, 4, '[]', '[]', 'REQUESTED', NULL, NULL),
	(1006, 'PENDING', 'USD', '2026-11-28 13:16:17.410169+00', NULL, NULL, '', 2, 0, 0, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, '[]', '[]', NULL, NULL, NULL),
	(1007, 'CONFIRMED', 'USD', '2026-11-28 13:16:17.423389+00', NULL, NULL, '', 2, 0, 0, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, '[]', '[]', NULL, NULL, NULL),
	(2000, 'CONFIRMED', 'USD', '2026-11-28 13:16:19.959893+00', NULL, NULL, '', 3, 0, 0, '2026-11-28 13:16:19.959893+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.989937+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(2001, 'CONFIRMED', 'USD', '2026-11-28 13:16:19.998147+00', NULL, NULL, '', 2, 0, 0, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', NULL, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', false, NULL, 1, '[]', '[]', NULL, NULL, NULL),
	(3004, 'PAID', 'USD', '2026-11-28 13:16:23.16282+00', '2026-11-28 13:16:23.194927+00', NULL, '', 4, 0, 0, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194927+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL);


--
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES
	(3944099014215, 'order_created', 1000, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', '{"order": {"id": 1000, "items": [{"id": 1000, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "20", "quantity": 2, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "60.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:16.922447Z", "failure_reason": "", "transaction_id": "659e2320-710b-4c8b-916b-b5c5f477cf3e"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [{"code": "QUARTER", "amount": "20", "description": "25 % off"}, {"code": "DOUBLE", "amount": "0", "description": "loyalty points times 2"}], "placed_at": "2026-11-28T13:16:16.922447Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:16.922447Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014216, 'order_created_with_incentive', 1000, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', '{"currency": "USD", "discounts": [{"code": "QUARTER", "amount": "20", "description": "25 % off"}, {"code": "DOUBLE", "amount": "0", "description": "loyalty points times 2"}], "sub_total": "80.00", "total_amount": "60.00", "discount_total": "20.00"}'),
	(3944099014217, 'inventory_status', 1000, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 98, "product_item_id": 1}]}'),
	(3944099014218, 'payment_attempt', 1000, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.965619+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014219, 'order_status_changed', 1000, 5, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.965619+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 1000, "items": [{"id": 1000, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "20", "quantity": 2, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "PAID", "paid_at": "2026-11-28T13:16:16.965619Z", "payment": {"amount": "60.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:16.965619Z", "failure_reason": "", "transaction_id": "659e2320-710b-4c8b-916b-b5c5f477cf3e"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 5, "discounts": [{"code": "QUARTER", "amount": "20", "description": "25 % off"}, {"code": "DOUBLE", "amount": "0", "description": "loyalty points times 2"}], "placed_at": "2026-11-28T13:16:16.922447Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:16.965619Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014220, 'order_created', 1001, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.018245+00', '{"order": {"id": 1001, "items": [{"id": 1003, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.018245Z", "failure_reason": "", "transaction_id": "4f4482b5-f756-4259-837c-b100bc2f02c3"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:17.018245Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.018245Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014221, 'inventory_status', 1001, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.018245+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 97, "product_item_id": 1}]}'),
	(3944099014222, 'payment_attempt', 1001, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.029233+00', '{"number": 1, "outcome": "REFUSED", "next_attempt_time": null}'),
	(3944099014223, 'order_status_changed', 1001, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.029233+00', '{"to": "FAILED", "from": "CONFIRMED", "order": {"id": 1001, "items": [{"id": 1003, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "FAILED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "FAILED", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": "DECLINED", "processed_at": "2026-11-28T13:16:17.029233Z", "failure_reason": "the card was declined", "transaction_id": "4f4482b5-f756-4259-837c-b100bc2f02c3"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:17.018245Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.029233Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014224, 'order_created', 1002, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.07369+00', '{"order": {"id": 1002, "items": [{"id": 1004, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "120.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.073690Z", "failure_reason": "", "transaction_id": "ea0a10af-5c64-4dc6-9eec-1bd1090b44cf"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:17.073690Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.073690Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014225, 'inventory_status', 1002, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.07369+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 95, "product_item_id": 1}]}'),
	(3944099014226, 'payment_attempt', 1002, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.082396+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014227, 'order_status_changed', 1002, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.082396+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 1002, "items": [{"id": 1004, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "PAID", "paid_at": "2026-11-28T13:16:17.082396Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.082396Z", "failure_reason": "", "transaction_id": "ea0a10af-5c64-4dc6-9eec-1bd1090b44cf"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:17.073690Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.082396Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014228, 'order_status_changed', 1002, 5, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.131712+00', '{"to": "SHIPPED", "from": "PAID", "order": {"id": 1002, "items": [{"id": 1004, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 0, "product_id": 1, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": "2026-11-28T13:16:17.082396Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.082396Z", "failure_reason": "", "transaction_id": "ea0a10af-5c64-4dc6-9eec-1bd1090b44cf"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 5, "discounts": [], "placed_at": "2026-11-28T13:16:17.073690Z", "shipments": [{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.131712Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JD35e815d85b70ad4a396b7d7b23e7aaa5"}], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.131712Z", "cancel_code": null, "row_version": 3, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014229, 'order_created', 1003, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.145905+00', '{"order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "120.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.145905Z", "failure_reason": "", "transaction_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:17.145905Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.145905Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014230, 'inventory_status', 1003, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.145905+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 92, "product_item_id": 1}]}'),
	(3944099014231, 'payment_attempt', 1003, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.156854+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014232, 'order_status_changed', 1003, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.156854+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "PAID", "paid_at": "2026-11-28T13:16:17.156854Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.156854Z", "failure_reason": "", "transaction_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:17.145905Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.156854Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014233, 'order_status_changed', 1003, 5, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.192974+00', '{"to": "SHIPPED", "from": "PAID", "order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 0, "product_id": 1, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": "2026-11-28T13:16:17.156854Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.156854Z", "failure_reason": "", "transaction_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 5, "discounts": [], "placed_at": "2026-11-28T13:16:17.145905Z", "shipments": [{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.192974Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JDe331bec39ae2e0233214f4ede67f66b8"}], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.192974Z", "cancel_code": null, "row_version": 3, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014243, 'payment_attempt', 1005, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.315827+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014234, 'payment_refund', 1003, 6, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.206945+00', '{"order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 1, "product_id": 1, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": "2026-11-28T13:16:17.156854Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "40.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.206945Z", "failure_reason": "", "transaction_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75"}, "refunds": [{"id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1", "items": [[1, 1]], "state": "PROMISED", "amount": "40.00", "reason": "broken", "done_at": null, "requested_at": "2026-11-28T13:16:17.206945Z"}], "team_id": null, "currency": "USD", "sequence": 6, "discounts": [], "placed_at": "2026-11-28T13:16:17.145905Z", "shipments": [{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.192974Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JDe331bec39ae2e0233214f4ede67f66b8"}], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.206945Z", "cancel_code": null, "row_version": 4, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}, "state": "PROMISED", "amount": "40.00", "currency": "USD"}'),
	(3944099014235, 'payment_refund', 1003, 7, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.225097+00', '{"order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 1, "product_id": 1, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": "2026-11-28T13:16:17.156854Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PARTIALLY_REFUNDED", "attempts": 1, "refunded": "40.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.225097Z", "failure_reason": "", "transaction_id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75"}, "refunds": [{"id": "a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1", "items": [[1, 1]], "state": "GIVEN", "amount": "40.00", "reason": "broken", "done_at": "2026-11-28T13:16:17.225097Z", "requested_at": "2026-11-28T13:16:17.206945Z"}], "team_id": null, "currency": "USD", "sequence": 7, "discounts": [], "placed_at": "2026-11-28T13:16:17.145905Z", "shipments": [{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.192974Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JDe331bec39ae2e0233214f4ede67f66b8"}], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.225097Z", "cancel_code": null, "row_version": 5, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}, "state": "GIVEN", "amount": "40.00", "currency": "USD"}'),
	(3944099014236, 'order_created', 1004, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.236919+00', '{"order": {"id": 1004, "items": [{"id": 1006, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CASH", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.236919Z", "failure_reason": "", "transaction_id": "6d9a0ee7-8418-4c85-aa2e-b976c5df513d"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:17.236919Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.236919Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014237, 'inventory_status', 1004, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.236919+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 92, "product_item_id": 1}]}'),
	(3944099014238, 'order_status_changed', 1004, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.270593+00', '{"to": "SHIPPED", "from": "CONFIRMED", "order": {"id": 1004, "items": [{"id": 1006, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": null, "payment": {"amount": "40.00", "method": "CASH", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.236919Z", "failure_reason": "", "transaction_id": "6d9a0ee7-8418-4c85-aa2e-b976c5df513d"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 3, "discounts": [], "placed_at": "2026-11-28T13:16:17.236919Z", "shipments": [{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.270593Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JD8689da3b6b40ef67a19ab8d9e1b0c926"}], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.270593Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014239, 'order_status_changed', 1004, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.280626+00', '{"to": "DELIVERED", "from": "SHIPPED", "order": {"id": 1004, "items": [{"id": 1006, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40.00", "product_item_id": 1}], "status": "DELIVERED", "paid_at": "2026-11-28T13:16:17.280626Z", "payment": {"amount": "40.00", "method": "CASH", "status": "PAID", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.280626Z", "failure_reason": "", "transaction_id": "6d9a0ee7-8418-4c85-aa2e-b976c5df513d"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:17.236919Z", "shipments": [{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.270593Z", "delivered_at": "2026-11-28T13:16:17.280626Z", "tracking_uri": "", "tracking_number": "JD8689da3b6b40ef67a19ab8d9e1b0c926"}], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.280626Z", "cancel_code": null, "row_version": 3, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014240, 'order_created', 1005, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.299713+00', '{"order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "10", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "30.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.299713Z", "failure_reason": "", "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [{"code": "QUARTER", "amount": "10", "description": "25 % off"}], "placed_at": "2026-11-28T13:16:17.299713Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.299713Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014241, 'order_created_with_incentive', 1005, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.299713+00', '{"currency": "USD", "discounts": [{"code": "QUARTER", "amount": "10", "description": "25 % off"}], "sub_total": "40.00", "total_amount": "30.00", "discount_total": "10.00"}'),
	(3944099014242, 'inventory_status', 1005, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.299713+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 99, "product_item_id": 2}]}'),
	(3944099014247, 'payment_refund', 1005, 8, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.381005+00', '{"order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "10.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40.00", "product_item_id": 2}], "status": "CANCELLED", "paid_at": "2026-11-28T13:16:17.315827Z", "payment": {"amount": "30.00", "method": "CARD", "status": "REFUNDED", "attempts": 1, "refunded": "30.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.381005Z", "failure_reason": "", "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}, "refunds": [{"id": "e923b517-5e44-445f-b130-2c9a515b845f/1", "items": [], "state": "GIVEN", "amount": "30.00", "reason": "too dear", "done_at": "2026-11-28T13:16:17.381005Z", "requested_at": "2026-11-28T13:16:17.358399Z"}], "team_id": null, "currency": "USD", "sequence": 8, "discounts": [{"code": "QUARTER", "amount": "10.00", "description": "25 % off"}], "placed_at": "2026-11-28T13:16:17.299713Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.381005Z", "cancel_code": "REQUESTED", "row_version": 4, "cancelled_at": "2026-11-28T13:16:17.358399Z", "cancel_reason": "too dear", "billing_address": null, "earlier_payments": [], "shipping_address": null}, "state": "GIVEN", "amount": "30.00", "currency": "USD"}'),
	(3944099014248, 'order_created', 1006, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.410169+00', '{"order": {"id": 1006, "items": [{"id": 1009, "sku": "LAMP-RARE-RED-S", "name": "Desk lamp rare", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 3, "returned": 0, "product_id": 2, "unit_price": "40", "product_item_id": 3}], "status": "PENDING", "paid_at": null, "payment": {"amount": "120.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.410169Z", "failure_reason": "", "transaction_id": "e4963817-99e9-44db-8f57-1a1a06639de3"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:17.410169Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.410169Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014249, 'inventory_status', 1006, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.410169+00', '{"items": [{"sku": "LAMP-RARE-RED-S", "state": "BACKORDERED", "available": 0, "product_item_id": 3}]}'),
	(3944099014250, 'order_created', 1007, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.423389+00', '{"order": {"id": 1007, "items": [{"id": 1010, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CASH", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.423389Z", "failure_reason": "", "transaction_id": "93e827d9-6dfe-43f7-b37a-f555a464a240"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:17.423389Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.423389Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014251, 'inventory_status', 1007, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.423389+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 99, "product_item_id": 2}]}'),
	(3944099014244, 'order_status_changed', 1005, 5, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.315827+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "10", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:17.315827Z", "payment": {"amount": "30.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.315827Z", "failure_reason": "", "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 5, "discounts": [{"code": "QUARTER", "amount": "10", "description": "25 % off"}], "placed_at": "2026-11-28T13:16:17.299713Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.315827Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014245, 'payment_refund', 1005, 6, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.358399+00', '{"order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "10.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40.00", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:17.315827Z", "payment": {"amount": "30.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "30.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.358399Z", "failure_reason": "", "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}, "refunds": [{"id": "e923b517-5e44-445f-b130-2c9a515b845f/1", "items": [], "state": "PROMISED", "amount": "30.00", "reason": "too dear", "done_at": null, "requested_at": "2026-11-28T13:16:17.358399Z"}], "team_id": null, "currency": "USD", "sequence": 6, "discounts": [{"code": "QUARTER", "amount": "10.00", "description": "25 % off"}], "placed_at": "2026-11-28T13:16:17.299713Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.358399Z", "cancel_code": null, "row_version": 3, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}, "state": "PROMISED", "amount": "30.00", "currency": "USD"}'),
	(3944099014246, 'order_status_changed', 1005, 7, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.358399+00', '{"to": "CANCELLED", "from": "PAID", "order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "10.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40.00", "product_item_id": 2}], "status": "CANCELLED", "paid_at": "2026-11-28T13:16:17.315827Z", "payment": {"amount": "30.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "30.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:17.358399Z", "failure_reason": "", "transaction_id": "e923b517-5e44-445f-b130-2c9a515b845f"}, "refunds": [{"id": "e923b517-5e44-445f-b130-2c9a515b845f/1", "items": [], "state": "PROMISED", "amount": "30.00", "reason": "too dear", "done_at": null, "requested_at": "2026-11-28T13:16:17.358399Z"}], "team_id": null, "currency": "USD", "sequence": 7, "discounts": [{"code": "QUARTER", "amount": "10.00", "description": "25 % off"}], "placed_at": "2026-11-28T13:16:17.299713Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:17.358399Z", "cancel_code": "REQUESTED", "row_version": 3, "cancelled_at": "2026-11-28T13:16:17.358399Z", "cancel_reason": "too dear", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014252, 'order_created', 2000, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.959893+00', '{"order": {"id": 2000, "items": [{"id": 2000, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:19.959893Z", "failure_reason": "", "transaction_id": "0f59b90c-4d89-4e53-9d2f-efc91a6f277a"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:19.959893Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:19.959893Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014253, 'inventory_status', 2000, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.959893+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 90, "product_item_id": 1}]}'),
	(3944099014254, 'payment_attempt', 2000, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.989937+00', '{"number": 1, "outcome": "TRANSIENT", "next_attempt_time": "2026-11-28T13:16:40.960145Z"}'),
	(3944099014255, 'order_created', 2001, 1, 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', NULL, '2026-11-28 13:16:19.998147+00', '{"order": {"id": 2001, "items": [{"id": 2001, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "options": [["Colour", "red"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:19.998147Z", "failure_reason": "", "transaction_id": "afa6c51f-39ff-4423-960f-199e092da04b"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:19.998147Z", "shipments": [], "created_by": "d8f50ea1-30dc-4ac9-9c54-b3be2679b9c3", "updated_at": "2026-11-28T13:16:19.998147Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014256, 'inventory_status', 2001, 2, 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', NULL, '2026-11-28 13:16:19.998147+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 89, "product_item_id": 1}]}'),
	(3944099014257, 'order_created', 3000, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', '{"order": {"id": 3000, "items": [{"id": 3000, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.146563Z", "failure_reason": "", "transaction_id": "f4b3e2fa-bcf5-456c-8e41-73b237694f75"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:23.146563Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.146563Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014258, 'inventory_status', 3000, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 98, "product_item_id": 2}]}'),
	(3944099014259, 'order_created', 3001, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', '{"order": {"id": 3001, "items": [{"id": 3001, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.146563Z", "failure_reason": "", "transaction_id": "4068dc5e-3543-4674-9083-cf58d2762614"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:23.146563Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.146563Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014260, 'inventory_status', 3001, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 97, "product_item_id": 2}]}'),
	(3944099014261, 'order_created', 3002, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"order": {"id": 3002, "items": [{"id": 3002, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.162820Z", "failure_reason": "", "transaction_id": "81d8cb4f-e4a1-44db-82d2-2268b8567ad8"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.162820Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014262, 'inventory_status', 3002, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 96, "product_item_id": 2}]}'),
	(3944099014263, 'order_created', 3003, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"order": {"id": 3003, "items": [{"id": 3003, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.162820Z", "failure_reason": "", "transaction_id": "e57a5287-d566-482e-8de9-b01da4164e8f"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.162820Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014264, 'inventory_status', 3003, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 95, "product_item_id": 2}]}'),
	(3944099014265, 'order_created', 3004, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"order": {"id": 3004, "items": [{"id": 3004, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.162820Z", "failure_reason": "", "transaction_id": "a4cfbc4b-ba1a-4309-b616-c7994f4077e6"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.162820Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014266, 'inventory_status', 3004, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 94, "product_item_id": 2}]}'),
	(3944099014273, 'payment_attempt', 3001, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.187885+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014267, 'order_created', 3005, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"order": {"id": 3005, "items": [{"id": 3005, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.162820Z", "failure_reason": "", "transaction_id": "1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.162820Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014268, 'inventory_status', 3005, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 93, "product_item_id": 2}]}'),
	(3944099014269, 'order_created', 3006, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"order": {"id": 3006, "items": [{"id": 3006, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.162820Z", "failure_reason": "", "transaction_id": "033d7af3-b58e-4825-8bc3-0fa4065dc7e6"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.162820Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014270, 'inventory_status', 3006, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 92, "product_item_id": 2}]}'),
	(3944099014271, 'order_created', 3007, 1, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"order": {"id": 3007, "items": [{"id": 3007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.162820Z", "failure_reason": "", "transaction_id": "e75d37a8-c10b-49e2-afd3-8f0349ff6332"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.162820Z", "cancel_code": null, "row_version": 1, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014272, 'inventory_status', 3007, 2, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.16282+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 91, "product_item_id": 2}]}'),
	(3944099014274, 'order_status_changed', 3001, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.187885+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3001, "items": [{"id": 3001, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:23.187885Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.187885Z", "failure_reason": "", "transaction_id": "4068dc5e-3543-4674-9083-cf58d2762614"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:23.146563Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.187885Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014275, 'payment_attempt', 3000, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.187977+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014276, 'order_status_changed', 3000, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.187977+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3000, "items": [{"id": 3000, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:23.187977Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.187977Z", "failure_reason": "", "transaction_id": "f4b3e2fa-bcf5-456c-8e41-73b237694f75"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:23.146563Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.187977Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014277, 'payment_attempt', 3002, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194634+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014278, 'order_status_changed', 3002, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194634+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3002, "items": [{"id": 3002, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:23.194634Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194634Z", "failure_reason": "", "transaction_id": "81d8cb4f-e4a1-44db-82d2-2268b8567ad8"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.194634Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014279, 'payment_attempt', 3007, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194694+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014280, 'order_status_changed', 3007, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194694+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3007, "items": [{"id": 3007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:23.194694Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194694Z", "failure_reason": "", "transaction_id": "e75d37a8-c10b-49e2-afd3-8f0349ff6332"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.194694Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014281, 'payment_attempt', 3005, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194859+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014282, 'order_status_changed', 3005, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194859+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3005, "items": [{"id": 3005, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:23.194859Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194859Z", "failure_reason": "", "transaction_id": "1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.194859Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014283, 'payment_attempt', 3003, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194895+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014284, 'order_status_changed', 3003, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194895+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3003, "items": [{"id": 3003, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:23.194895Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194895Z", "failure_reason": "", "transaction_id": "e57a5287-d566-482e-8de9-b01da4164e8f"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.194895Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014285, 'payment_attempt', 3006, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194912+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014286, 'order_status_changed', 3006, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194912+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3006, "items": [{"id": 3006, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:23.194912Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194912Z", "failure_reason": "", "transaction_id": "033d7af3-b58e-4825-8bc3-0fa4065dc7e6"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.194912Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}'),
	(3944099014287, 'payment_attempt', 3004, 3, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194927+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(3944099014288, 'order_status_changed', 3004, 4, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.194927+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3004, "items": [{"id": 3004, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "options": [["Colour", "blue"], ["Size", "S"]], "discount": "0.00", "quantity": 1, "returned": 0, "product_id": 1, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-28T13:16:23.194927Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "charged_at": null, "failure_code": null, "processed_at": "2026-11-28T13:16:23.194927Z", "failure_reason": "", "transaction_id": "a4cfbc4b-ba1a-4309-b616-c7994f4077e6"}, "refunds": [], "team_id": null, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-28T13:16:23.162820Z", "shipments": [], "created_by": "e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8", "updated_at": "2026-11-28T13:16:23.194927Z", "cancel_code": null, "row_version": 2, "cancelled_at": null, "cancel_reason": "", "billing_address": null, "earlier_payments": [], "shipping_address": null}}');


--
-- Data for Name: outbox_epoch; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox_epoch VALUES
	(true, '1795871768.882098 base/16387/17598');


--
-- Data for Name: outbox_start; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox_start VALUES
	(true, 0);


--
-- Data for Name: payment; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.payment VALUES
	(1000, 1000, '659e2320-710b-4c8b-916b-b5c5f477cf3e', 'CARD', 'PAID', 60.00, 1, '2026-11-28 13:16:16.965619+00', '', '', 0.00, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.966436+00', 'service:order', false, NULL, 2, NULL, NULL),
	(1001, 1001, '4f4482b5-f756-4259-837c-b100bc2f02c3', 'CARD', 'FAILED', 40.00, 1, '2026-11-28 13:16:17.029233+00', 'the card was declined', '', 0.00, '2026-11-28 13:16:17.018245+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.029827+00', 'service:order', false, NULL, 2, 'DECLINED', NULL),
	(3001, 3001, '4068dc5e-3543-4674-9083-cf58d2762614', 'CARD', 'PAID', 40.00, 1, '2026-11-28 13:16:23.187885+00', '', '', 0.00, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.18918+00', 'service:order', false, NULL, 2, NULL, NULL),
	(1002, 1002, 'ea0a10af-5c64-4dc6-9eec-1bd1090b44cf', 'CARD', 'PAID', 120.00, 1, '2026-11-28 13:16:17.082396+00', '', '', 0.00, '2026-11-28 13:16:17.07369+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.12934+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 3, NULL, NULL),
	(3000, 3000, 'f4b3e2fa-bcf5-456c-8e41-73b237694f75', 'CARD', 'PAID', 40.00, 1, '2026-11-28 13:16:23.187977+00', '', '', 0.00, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.18918+00', 'service:order', false, NULL, 2, NULL, NULL),
	(3002, 3002, '81d8cb4f-e4a1-44db-82d2-2268b8567ad8', 'CARD', 'PAID', 40.00, 1, '2026-11-28 13:16:23.194634+00', '', '', 0.00, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.195583+00', 'service:order', false, NULL, 2, NULL, NULL),
	(3007, 3007, 'e75d37a8-c10b-49e2-afd3-8f0349ff6332', 'CARD', 'PAID', 40.00, 1, '2026-11-28 13:16:23.194694+00', '', '', 0.00, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.195583+00', 'service:order', false, NULL, 2, NULL, NULL),
	(1003, 1003, 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75', 'CARD', 'PARTIALLY_REFUNDED', 120.00, 1, '2026-11-28 13:16:17.225097+00', '', '', 40.00, '2026-11-28 13:16:17.145905+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.222731+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 5, NULL, NULL),
	(3005, 3005, '1ac7dc03-c0bd-43ef-b957-dbdd2cb7ef71', 'CARD', 'PAID', 40.00, 1, '2026-11-28 13:16:23.194859+00', '', '', 0.00, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.195583+00', 'service:order', false, NULL, 2, NULL, NULL),
	(1004, 1004, '6d9a0ee7-8418-4c85-aa2e-b976c5df513d', 'CASH', 'PAID', 40.00, 0, '2026-11-28 13:16:17.280626+00', '', '', 0.00, '2026-11-28 13:16:17.236919+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.278821+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 3, NULL, NULL),
	(3003, 3003, 'e57a5287-d566-482e-8de9-b01da4164e8f', 'CARD', 'PAID', 40.00, 1, '2026-11-28 13:16:23.194895+00', '', '', 0.00, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.195583+00', 'service:order', false, NULL, 2, NULL, NULL),
	(3006, 3006, '033d7af3-b58e-4825-8bc3-0fa4065dc7e6', 'CARD', 'PAID', 40.00, 1, '2026-11-28 13:16:23.194912+00', '', '', 0.00, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.195583+00', 'service:order', false, NULL, 2, NULL, NULL),
	(1005, 1005, 'e923b517-5e44-445f-b130-2c9a515b845f', 'CARD', 'REFUNDED', 30.00, 1, '2026-11-28 13:16:17.381005+00', '', '', 30.00, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.374077+00', 'service:order', false, NULL, 4, NULL, NULL),
	(1006, 1006, 'e4963817-99e9-44db-8f57-1a1a06639de3', 'CARD', 'PENDING', 120.00, 0, '2026-11-28 13:16:17.410169+00', '', 'tok_ok', 0.00, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, NULL, NULL),
	(1007, 1007, '93e827d9-6dfe-43f7-b37a-f555a464a240', 'CASH', 'PENDING', 40.00, 0, '2026-11-28 13:16:17.423389+00', '', '', 0.00, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, NULL, NULL),
	(2000, 2000, '0f59b90c-4d89-4e53-9d2f-efc91a6f277a', 'CARD', 'PENDING', 40.00, 1, '2026-11-28 13:16:19.989937+00', 'the payment could not be made yet, and is tried again', '', 0.00, '2026-11-28 13:16:19.959893+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.991056+00', 'service:order', false, NULL, 2, 'PROVIDER_UNAVAILABLE', NULL),
	(2001, 2001, 'afa6c51f-39ff-4423-960f-199e092da04b', 'CARD', 'PENDING', 40.00, 0, '2026-11-28 13:16:19.998147+00', '', '', 0.00, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', NULL, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', false, NULL, 1, NULL, NULL),
	(3004, 3004, 'a4cfbc4b-ba1a-4309-b616-c7994f4077e6', 'CARD', 'PAID', 40.00, 1, '2026-11-28 13:16:23.194927+00', '', '', 0.00, '2026-11-28 13:16:23.16282+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.195583+00', 'service:order', false, NULL, 2, NULL, NULL);


--
-- Data for Name: recorded_error; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: refund; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.refund VALUES
	(1, 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1', 1003, 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75', 40.00, 'USD', 'broken', '2026-11-28 13:16:17.206945+00', '2026-11-28 13:16:17.225097+00', '2026-11-28 13:16:17.206945+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.222731+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 2, '[[1, 1]]'),
	(2, 'e923b517-5e44-445f-b130-2c9a515b845f/1', 1005, 'e923b517-5e44-445f-b130-2c9a515b845f', 30.00, 'USD', 'too dear', '2026-11-28 13:16:17.358399+00', '2026-11-28 13:16:17.381005+00', '2026-11-28 13:16:17.358399+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.374077+00', 'service:order', false, NULL, 2, '[]');


--
-- Data for Name: stream_ticket_use; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: audit_entry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_entry_id_seq', 7, true);


--
-- Name: change_log_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.change_log_id_seq', 106, true);


--
-- Name: job_hilo; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.job_hilo', 3, true);


--
-- Name: order_hilo; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.order_hilo', 3, true);


--
-- Name: order_item_hilo; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.order_item_hilo', 3, true);


--
-- Name: outbox_position; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_position', 3944099014288, true);


--
-- Name: recorded_error_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.recorded_error_id_seq', 1, false);


--
-- Name: refund_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.refund_id_seq', 2, true);


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
-- Name: change_log change_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change_log
    ADD CONSTRAINT change_log_pkey PRIMARY KEY (id);


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
-- Name: order_discount order_discount_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_discount
    ADD CONSTRAINT order_discount_pkey PRIMARY KEY (id);


--
-- Name: order_item order_item_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_item
    ADD CONSTRAINT order_item_pkey PRIMARY KEY (id);


--
-- Name: orders orders_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);


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
-- Name: payment payment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (id);


--
-- Name: payment payment_transaction_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_transaction_id_key UNIQUE (transaction_id);


--
-- Name: recorded_error recorded_error_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recorded_error
    ADD CONSTRAINT recorded_error_pkey PRIMARY KEY (id);


--
-- Name: refund refund_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_pkey PRIMARY KEY (id);


--
-- Name: refund refund_refund_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_refund_id_key UNIQUE (refund_id);


--
-- Name: stream_ticket_use stream_ticket_use_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stream_ticket_use
    ADD CONSTRAINT stream_ticket_use_pkey PRIMARY KEY (id);


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
-- Name: ix_change_log_actor; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_change_log_actor ON public.change_log USING btree (actor) WHERE (actor <> owner);


--
-- Name: ix_change_log_owner; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_change_log_owner ON public.change_log USING btree (owner);


--
-- Name: ix_change_log_parked; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_change_log_parked ON public.change_log USING btree (parked_until) WHERE (parked_until IS NOT NULL);


--
-- Name: ix_change_log_xact_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_change_log_xact_id ON public.change_log USING btree (xact_id);


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
-- Name: ix_order_discount_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_order_discount_order_id ON public.order_discount USING btree (order_id);


--
-- Name: ix_order_item_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_order_item_order_id ON public.order_item USING btree (order_id);


--
-- Name: ix_orders_supplementary_hold_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orders_supplementary_hold_id ON public.orders USING btree (supplementary_hold_id) WHERE (supplementary_hold_id <> 0);


--
-- Name: ix_recorded_error_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_recorded_error_time ON public.recorded_error USING btree ("time");


--
-- Name: ix_refund_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_refund_order_id ON public.refund USING btree (order_id);


--
-- Name: stream_ticket_use_used_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX stream_ticket_use_used_at ON public.stream_ticket_use USING btree (used_at);


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
-- Name: order_discount trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.order_discount FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: order_item trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.order_item FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: orders trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.orders FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: payment trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.payment FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: refund trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.refund FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: order_discount trg_sync_order_discount_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_order_discount_insert AFTER INSERT ON public.order_discount REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: order_discount trg_sync_order_discount_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_order_discount_update AFTER UPDATE ON public.order_discount REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: order_item trg_sync_order_item_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_order_item_insert AFTER INSERT ON public.order_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: order_item trg_sync_order_item_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_order_item_update AFTER UPDATE ON public.order_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: orders trg_sync_orders_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_orders_insert AFTER INSERT ON public.orders REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: orders trg_sync_orders_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_orders_update AFTER UPDATE ON public.orders REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: payment trg_sync_payment_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_payment_insert AFTER INSERT ON public.payment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: payment trg_sync_payment_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_payment_update AFTER UPDATE ON public.payment REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: refund trg_sync_refund_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_refund_insert AFTER INSERT ON public.refund REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: refund trg_sync_refund_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_refund_update AFTER UPDATE ON public.refund REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: order_discount order_discount_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_discount
    ADD CONSTRAINT order_discount_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);


--
-- Name: order_item order_item_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.order_item
    ADD CONSTRAINT order_item_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);


--
-- Name: payment payment_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_id_fkey FOREIGN KEY (id) REFERENCES public.orders(id);


--
-- Name: refund refund_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.orders(id);


--
-- PostgreSQL database dump complete
--

\unrestrict easyorder

