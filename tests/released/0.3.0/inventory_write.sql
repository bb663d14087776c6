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
-- Name: incentive; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.incentive (
    id bigint NOT NULL,
    code text NOT NULL,
    kind text NOT NULL,
    value numeric NOT NULL,
    currency text NOT NULL,
    starts timestamp with time zone,
    ends timestamp with time zone,
    min_total numeric(18,2),
    min_total_currency text,
    product_item_ids jsonb NOT NULL,
    max_uses bigint,
    max_uses_per_user bigint,
    stackable boolean NOT NULL,
    buy_quantity bigint NOT NULL,
    get_quantity bigint NOT NULL,
    uses bigint NOT NULL,
    active boolean NOT NULL,
    revision bigint NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    code_key text NOT NULL,
    CONSTRAINT incentive_kind_check CHECK ((kind = ANY (ARRAY['PERCENT'::text, 'AMOUNT'::text, 'BUY_X_GET_Y'::text, 'LOYALTY_MULTIPLIER'::text]))),
    CONSTRAINT incentive_value_check CHECK ((value >= (0)::numeric)),
    CONSTRAINT uses_within_limit CHECK (((0 <= uses) AND (uses <= max_uses)))
);


--
-- Name: incentive_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.incentive ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.incentive_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: inventory; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.inventory (
    id bigint NOT NULL,
    on_hand bigint NOT NULL,
    reserved bigint NOT NULL,
    sold bigint NOT NULL,
    restocked bigint NOT NULL,
    adjusted bigint NOT NULL,
    initial bigint NOT NULL,
    backordered bigint NOT NULL,
    places bigint DEFAULT 0 NOT NULL,
    warehouse_location text NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT backordered_is_not_negative CHECK ((0 <= backordered)),
    CONSTRAINT pieces_add_up CHECK ((((initial + adjusted) + restocked) = (on_hand + sold))),
    CONSTRAINT reserved_is_on_hand CHECK (((0 <= reserved) AND (reserved <= on_hand)))
)
WITH (fillfactor='50');


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
-- Name: product; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product (
    id bigint NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    currency text NOT NULL,
    base_price numeric(18,2) NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT product_base_price_check CHECK ((base_price >= (0)::numeric))
);


--
-- Name: product_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.product ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.product_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: product_item; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product_item (
    id bigint NOT NULL,
    product_id bigint NOT NULL,
    sku text NOT NULL,
    price_override numeric(18,2),
    price numeric(18,2) NOT NULL,
    backorderable boolean NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    sku_key text NOT NULL,
    chosen jsonb DEFAULT '[]'::jsonb NOT NULL,
    CONSTRAINT product_item_price_check CHECK ((price >= (0)::numeric)),
    CONSTRAINT product_item_price_override_check CHECK ((price_override >= (0)::numeric))
);


--
-- Name: product_item_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.product_item ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.product_item_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: product_item_option; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product_item_option (
    id bigint NOT NULL,
    product_item_id bigint NOT NULL,
    variation_option_id bigint NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL
);


--
-- Name: product_item_option_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.product_item_option ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.product_item_option_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
-- Name: redemption; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.redemption (
    incentive_id bigint NOT NULL,
    order_id bigint NOT NULL,
    user_id text NOT NULL
);


--
-- Name: reservation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reservation (
    order_id bigint NOT NULL,
    request_key text NOT NULL,
    fingerprint text NOT NULL,
    user_id text NOT NULL,
    currency text NOT NULL,
    state text NOT NULL,
    sold boolean NOT NULL,
    expire_at timestamp with time zone,
    discounts jsonb NOT NULL,
    points_spent bigint NOT NULL,
    points_earned bigint NOT NULL,
    revision integer DEFAULT 0 NOT NULL,
    placed boolean DEFAULT true NOT NULL,
    row_version bigint DEFAULT 1 NOT NULL,
    points_rate numeric,
    refunded numeric(18,2) DEFAULT 0 NOT NULL,
    shared boolean DEFAULT false NOT NULL,
    paid boolean DEFAULT true NOT NULL,
    CONSTRAINT reservation_points_earned_check CHECK ((points_earned >= 0)),
    CONSTRAINT reservation_points_rate_check CHECK ((points_rate >= (0)::numeric)),
    CONSTRAINT reservation_points_spent_check CHECK ((points_spent >= 0)),
    CONSTRAINT reservation_refunded_check CHECK ((refunded >= (0)::numeric)),
    CONSTRAINT reservation_state_check CHECK ((state = ANY (ARRAY['HELD'::text, 'BACKORDERED'::text, 'COMMITTED'::text, 'RELEASED'::text, 'EXPIRED'::text])))
);


--
-- Name: reservation_line; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reservation_line (
    order_id bigint NOT NULL,
    number integer NOT NULL,
    product_item_id bigint NOT NULL,
    quantity bigint NOT NULL,
    backordered bigint NOT NULL,
    place bigint DEFAULT 0 NOT NULL,
    returned bigint DEFAULT 0 NOT NULL,
    unit_price numeric(18,2) NOT NULL,
    sku text NOT NULL,
    name text NOT NULL,
    CONSTRAINT reservation_line_check CHECK (((0 <= backordered) AND (backordered <= quantity))),
    CONSTRAINT reservation_line_check1 CHECK (((0 <= returned) AND (returned <= quantity))),
    CONSTRAINT reservation_line_quantity_check CHECK ((quantity > 0)),
    CONSTRAINT reservation_line_unit_price_check CHECK ((unit_price >= (0)::numeric))
);


--
-- Name: stock_adjustment; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.stock_adjustment (
    id bigint NOT NULL,
    product_item_id bigint NOT NULL,
    delta bigint NOT NULL,
    reason text NOT NULL,
    adjusted_by text NOT NULL,
    adjusted_on timestamp with time zone DEFAULT now() NOT NULL
);


--
-- Name: stock_adjustment_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.stock_adjustment ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.stock_adjustment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: variation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.variation (
    id bigint NOT NULL,
    product_id bigint NOT NULL,
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
-- Name: variation_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.variation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.variation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: variation_option; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.variation_option (
    id bigint NOT NULL,
    variation_id bigint NOT NULL,
    value text NOT NULL,
    price_modifier numeric(18,2) NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL
);


--
-- Name: variation_option_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.variation_option ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.variation_option_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0022');


--
-- Data for Name: audit_checkpoint; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_entry OVERRIDING SYSTEM VALUE VALUES
	(1, '2026-11-28 13:16:16.842679+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'CreateProduct', '1', 'OK', '40699a4a-ca21-4dda-8b69-cae259d35718', '', '', '127.0.0.1', '3a99a3a0-5a03-4b96-acdd-682100982916', 1, '[{"after": "\"Desk lamp released\"", "field": "name", "before": ""}, {"after": "\"Bends, and stays bent.\"", "field": "description", "before": ""}, {"after": "{\"amount\":\"40.00\",\"currency\":\"USD\"}", "field": "base_price", "before": ""}, {"after": "[{\"name\":\"Colour\",\"options\":[{\"value\":\"red\",\"price_modifier\":{\"amount\":\"0.00\",\"currency\":\"USD\"},\"id\":1,\"is_deleted\":false},{\"value\":\"blue\",\"price_modifier\":{\"amount\":\"0.00\",\"currency\":\"USD\"},\"id\":2,\"is_deleted\":false}],\"id\":1,\"is_deleted\":false},{\"name\":\"Size\",\"options\":[{\"value\":\"S\",\"price_modifier\":{\"amount\":\"0.00\",\"currency\":\"USD\"},\"id\":3,\"is_deleted\":false}],\"id\":2,\"is_deleted\":false}]", "field": "variations", "before": ""}, {"after": "[{\"sku\":\"LAMP-RELEASED-RED-S\",\"price_override\":null,\"options\":[{\"variation\":\"Colour\",\"value\":\"red\"},{\"variation\":\"Size\",\"value\":\"S\"}],\"backorderable\":false,\"quantity_on_hand\":100,\"warehouse_location\":\"A-1\",\"id\":1,\"is_deleted\":false},{\"sku\":\"LAMP-RELEASED-BLUE-S\",\"price_override\":null,\"options\":[{\"variation\":\"Colour\",\"value\":\"blue\"},{\"variation\":\"Size\",\"value\":\"S\"}],\"backorderable\":false,\"quantity_on_hand\":100,\"warehouse_location\":\"A-1\",\"id\":2,\"is_deleted\":false}]", "field": "items", "before": ""}, {"after": "1", "field": "id", "before": ""}, {"after": "\"2026-11-28T13:16:16.829732Z\"", "field": "created_on", "before": ""}, {"after": "false", "field": "is_deleted", "before": ""}]'),
	(2, '2026-11-28 13:16:16.862876+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'CreateProduct', '2', 'OK', '5b52c6ee-f64f-4b10-81ed-e2588254ed4e', '', '', '127.0.0.1', '3a99a3a0-5a03-4b96-acdd-682100982916', 1, '[{"after": "\"Desk lamp rare\"", "field": "name", "before": ""}, {"after": "\"Bends, and stays bent.\"", "field": "description", "before": ""}, {"after": "{\"amount\":\"40.00\",\"currency\":\"USD\"}", "field": "base_price", "before": ""}, {"after": "[{\"name\":\"Colour\",\"options\":[{\"value\":\"red\",\"price_modifier\":{\"amount\":\"0.00\",\"currency\":\"USD\"},\"id\":4,\"is_deleted\":false}],\"id\":3,\"is_deleted\":false},{\"name\":\"Size\",\"options\":[{\"value\":\"S\",\"price_modifier\":{\"amount\":\"0.00\",\"currency\":\"USD\"},\"id\":5,\"is_deleted\":false}],\"id\":4,\"is_deleted\":false}]", "field": "variations", "before": ""}, {"after": "[{\"sku\":\"LAMP-RARE-RED-S\",\"price_override\":null,\"options\":[{\"variation\":\"Colour\",\"value\":\"red\"},{\"variation\":\"Size\",\"value\":\"S\"}],\"backorderable\":true,\"quantity_on_hand\":1,\"warehouse_location\":\"A-1\",\"id\":3,\"is_deleted\":false}]", "field": "items", "before": ""}, {"after": "2", "field": "id", "before": ""}, {"after": "\"2026-11-28T13:16:16.853675Z\"", "field": "created_on", "before": ""}, {"after": "false", "field": "is_deleted", "before": ""}]'),
	(3, '2026-11-28 13:16:16.880898+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'CreateIncentive', '1', 'OK', '1a9c341d-15a6-4359-a725-afaeafd625e8', '', '', '127.0.0.1', '3a99a3a0-5a03-4b96-acdd-682100982916', 1, '[{"after": "\"QUARTER\"", "field": "code", "before": ""}, {"after": "\"PERCENT\"", "field": "kind", "before": ""}, {"after": "\"25\"", "field": "value", "before": ""}, {"after": "\"\"", "field": "currency", "before": ""}, {"after": "[]", "field": "product_item_ids", "before": ""}, {"after": "5", "field": "max_uses", "before": ""}, {"after": "true", "field": "stackable", "before": ""}, {"after": "0", "field": "buy_quantity", "before": ""}, {"after": "0", "field": "get_quantity", "before": ""}, {"after": "0", "field": "uses", "before": ""}, {"after": "true", "field": "active", "before": ""}, {"after": "1", "field": "id", "before": ""}]'),
	(4, '2026-11-28 13:16:16.886695+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', 'CreateIncentive', '2', 'OK', '9d3f8366-375b-405b-99fc-08901d79c128', '', '', '127.0.0.1', '3a99a3a0-5a03-4b96-acdd-682100982916', 1, '[{"after": "\"DOUBLE\"", "field": "code", "before": ""}, {"after": "\"LOYALTY_MULTIPLIER\"", "field": "kind", "before": ""}, {"after": "\"2\"", "field": "value", "before": ""}, {"after": "\"\"", "field": "currency", "before": ""}, {"after": "[]", "field": "product_item_ids", "before": ""}, {"after": "true", "field": "stackable", "before": ""}, {"after": "0", "field": "buy_quantity", "before": ""}, {"after": "0", "field": "get_quantity", "before": ""}, {"after": "0", "field": "uses", "before": ""}, {"after": "true", "field": "active", "before": ""}, {"after": "2", "field": "id", "before": ""}]'),
	(5, '2026-11-28 13:16:16.915472+00', 'service:order', 'Reserve', '', 'OK', '06bcad1dca39496c9221318c5c42a517', '', '', '127.0.0.1', '', 1, NULL),
	(6, '2026-11-28 13:16:16.980686+00', 'service:order', 'Commit', '', 'OK', 'fce25941e506482b85466f8ed009df3c', '', '', '127.0.0.1', '', 1, NULL),
	(7, '2026-11-28 13:16:17.016773+00', 'service:order', 'Reserve', '', 'OK', 'bc6983ab61a34679888ba05bcb5b5481', '', '', '127.0.0.1', '', 1, NULL),
	(8, '2026-11-28 13:16:17.047869+00', 'service:order', 'Release', '', 'OK', '6b3b55fd177a4d10a29b6b6fdc0961a6', '', '', '127.0.0.1', '', 1, NULL),
	(9, '2026-11-28 13:16:17.072291+00', 'service:order', 'Reserve', '', 'OK', '432558d74869430a8601eba2fc4ce680', '', '', '127.0.0.1', '', 1, NULL),
	(10, '2026-11-28 13:16:17.095383+00', 'service:order', 'Commit', '', 'OK', '7242671aa8c04d06806fd8b64121486c', '', '', '127.0.0.1', '', 1, NULL),
	(11, '2026-11-28 13:16:17.127654+00', 'service:order', 'Commit', '', 'OK', '8710e1adc6044cb2900262c07b3dfccf', '', '', '127.0.0.1', '', 1, NULL),
	(12, '2026-11-28 13:16:17.144647+00', 'service:order', 'Reserve', '', 'OK', '977a4d325da44d3986291b0a5d3661b0', '', '', '127.0.0.1', '', 1, NULL),
	(13, '2026-11-28 13:16:17.169469+00', 'service:order', 'Commit', '', 'OK', '4ae4406b2c944ba4b26ed164b6608048', '', '', '127.0.0.1', '', 1, NULL),
	(14, '2026-11-28 13:16:17.221297+00', 'service:order', 'Restock', '', 'OK', '6125dd697fcf494790a972c4ab643c5b', '', '', '127.0.0.1', '', 1, NULL),
	(15, '2026-11-28 13:16:17.236161+00', 'service:order', 'Reserve', '', 'OK', '84b6c13801c94ee9ac56bd59651d3c2f', '', '', '127.0.0.1', '', 1, NULL),
	(16, '2026-11-28 13:16:17.246214+00', 'service:order', 'Commit', '', 'OK', '80435ff1a4104c01a444b1c734e19bdf', '', '', '127.0.0.1', '', 1, NULL),
	(17, '2026-11-28 13:16:17.264944+00', 'service:order', 'Commit', '', 'OK', '6cc118cc01df4f1d98525b2824da74bb', '', '', '127.0.0.1', '', 1, NULL),
	(18, '2026-11-28 13:16:17.291785+00', 'service:order', 'Commit', '', 'OK', 'df5824cd84d944149bf223ce9d78dc9a', '', '', '127.0.0.1', '', 1, NULL),
	(19, '2026-11-28 13:16:17.298742+00', 'service:order', 'Reserve', '', 'OK', 'ab4ff7b4b4b742189557b4143c12d8d3', '', '', '127.0.0.1', '', 1, NULL),
	(20, '2026-11-28 13:16:17.333732+00', 'service:order', 'Commit', '', 'OK', '80cfca315d7448c4a323d13f1bb7fcaf', '', '', '127.0.0.1', '', 1, NULL),
	(21, '2026-11-28 13:16:17.394291+00', 'service:order', 'Release', '', 'OK', '928352714b4546719cedc4322c92e06b', '', '', '127.0.0.1', '', 1, NULL),
	(22, '2026-11-28 13:16:17.40928+00', 'service:order', 'Reserve', '', 'OK', 'b0508906258b4c20baabbfce4dd55b4e', '', '', '127.0.0.1', '', 1, NULL),
	(23, '2026-11-28 13:16:17.422694+00', 'service:order', 'Reserve', '', 'OK', 'f34f8eb3543741e3b0e1320364c9776e', '', '', '127.0.0.1', '', 1, NULL),
	(24, '2026-11-28 13:16:17.432695+00', 'service:order', 'Commit', '', 'OK', 'eb6aca9f87fb4db0b67cc31a61a6f8c4', '', '', '127.0.0.1', '', 1, NULL),
	(25, '2026-11-28 13:16:17.443944+00', 'service:order', 'Reserve', '', 'OK', 'b00a8e315ee04cec91c205b15186a5b5', '', '', '127.0.0.1', '', 1, NULL),
	(26, '2026-11-28 13:16:19.952717+00', 'service:order', 'Reserve', '', 'OK', '49bd57d082044f4996fe294d6b65c509', '', '', '127.0.0.1', '', 1, NULL),
	(27, '2026-11-28 13:16:19.996401+00', 'service:order', 'Reserve', '', 'OK', '7bda6d53a3a24ab083cc4c852262a433', '', '', '127.0.0.1', '', 1, NULL),
	(28, '2026-11-28 13:16:23.139435+00', 'service:order', 'Reserve', '', 'OK', 'b477b91749d44baeae026bab32d59b3d', '', '', '127.0.0.1', '', 1, NULL);


--
-- Data for Name: audit_head; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: audit_retention; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_retention VALUES
	(true, 365);


--
-- Data for Name: change_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change_log OVERRIDING SYSTEM VALUE VALUES
	(51, '1002', 'inventory', '2', 8, '7085f412-5f2e-4320-94c9-ed4f120ba010', 'service:inventory', '{"id": 2, "sold": 2, "places": 0, "initial": 100, "on_hand": 99, "adjusted": 0, "reserved": 8, "restocked": 1, "created_by": "7085f412-5f2e-4320-94c9-ed4f120ba010", "created_on": "2026-11-28T13:16:16.836154+00:00", "deleted_on": null, "is_deleted": false, "backordered": 0, "modified_by": "service:inventory", "modified_on": "2026-11-28T13:16:23.153326+00:00", "row_version": 8, "warehouse_location": "A-1"}', '2026-11-28 13:16:23.153689+00', 0, NULL),
	(52, '1010', 'inventory', '2', 9, '7085f412-5f2e-4320-94c9-ed4f120ba010', 'service:inventory', '{"id": 2, "sold": 4, "places": 0, "initial": 100, "on_hand": 97, "adjusted": 0, "reserved": 6, "restocked": 1, "created_by": "7085f412-5f2e-4320-94c9-ed4f120ba010", "created_on": "2026-11-28T13:16:16.836154+00:00", "deleted_on": null, "is_deleted": false, "backordered": 0, "modified_by": "service:inventory", "modified_on": "2026-11-28T13:16:23.200282+00:00", "row_version": 9, "warehouse_location": "A-1"}', '2026-11-28 13:16:23.200706+00', 0, NULL);


--
-- Data for Name: feed_consumer; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: idempotency_key; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: inbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.inbox VALUES
	('orders', 3944099014242);


--
-- Data for Name: incentive; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.incentive VALUES
	(2, 'DOUBLE', 'LOYALTY_MULTIPLIER', 2, '', NULL, NULL, NULL, NULL, '[]', NULL, NULL, true, 0, 0, 1, true, 1, '2026-11-28 13:16:16.885671+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.908878+00', 'service:inventory', false, NULL, 2, 'double'),
	(1, 'QUARTER', 'PERCENT', 25, '', NULL, NULL, NULL, NULL, '[]', 5, NULL, true, 0, 0, 1, true, 1, '2026-11-28 13:16:16.878557+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:17.364109+00', 'service:inventory', false, NULL, 4, 'quarter');


--
-- Data for Name: inventory; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.inventory VALUES
	(1, 92, 3, 9, 1, 0, 100, 0, 0, 'A-1', '2026-11-28 13:16:16.836148+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:19.994275+00', 'service:inventory', false, NULL, 15),
	(2, 97, 6, 4, 1, 0, 100, 0, 0, 'A-1', '2026-11-28 13:16:16.836154+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:23.200282+00', 'service:inventory', false, NULL, 9),
	(3, 1, 1, 0, 0, 0, 1, 2, 1, 'A-1', '2026-11-28 13:16:16.85907+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:17.408132+00', 'service:inventory', false, NULL, 2);


--
-- Data for Name: job; Type: TABLE DATA; Schema: public; Owner: -
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
-- Data for Name: product; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product VALUES
	(1, 'Desk lamp released', 'Bends, and stays bent.', 'USD', 40.00, '2026-11-28 13:16:16.829732+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.829739+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(2, 'Desk lamp rare', 'Bends, and stays bent.', 'USD', 40.00, '2026-11-28 13:16:16.853675+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.853681+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1);


--
-- Data for Name: product_item; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product_item VALUES
	(1, 1, 'LAMP-RELEASED-RED-S', NULL, 40.00, false, '2026-11-28 13:16:16.832103+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.832108+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1, 'lamp-released-red-s', '[["Colour", "red"], ["Size", "S"]]'),
	(2, 1, 'LAMP-RELEASED-BLUE-S', NULL, 40.00, false, '2026-11-28 13:16:16.832111+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.832112+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1, 'lamp-released-blue-s', '[["Colour", "blue"], ["Size", "S"]]'),
	(3, 2, 'LAMP-RARE-RED-S', NULL, 40.00, true, '2026-11-28 13:16:16.855728+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.855733+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1, 'lamp-rare-red-s', '[["Colour", "red"], ["Size", "S"]]');


--
-- Data for Name: product_item_option; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product_item_option VALUES
	(1, 1, 1, '2026-11-28 13:16:16.839952+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.839956+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(2, 1, 3, '2026-11-28 13:16:16.839957+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.839958+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(3, 2, 2, '2026-11-28 13:16:16.839959+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.83996+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(4, 2, 3, '2026-11-28 13:16:16.839961+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.839962+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(5, 3, 4, '2026-11-28 13:16:16.861105+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.861109+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(6, 3, 5, '2026-11-28 13:16:16.861111+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.861112+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1);


--
-- Data for Name: recorded_error; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: redemption; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.redemption VALUES
	(1, 1000, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8'),
	(2, 1000, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8');


--
-- Data for Name: reservation; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.reservation VALUES
	(1000, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/c227455f-2489-4f19-a4ab-5a775b0c4193', '59f3d926d1c660095b6cc70afce1d6a06b958e826b15de4cb3b1596519baaccd', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'COMMITTED', true, '2026-11-28 13:17:06.909536+00', '[{"code": "QUARTER", "terms": {"kind": "PERCENT", "value": "25", "currency": "", "min_total": null, "buy_quantity": 0, "get_quantity": 0, "product_item_ids": []}, "points": 0, "shares": ["20.00"], "description": "25 % off", "incentive_id": 1}, {"code": "DOUBLE", "terms": {"kind": "LOYALTY_MULTIPLIER", "value": "2", "currency": "", "min_total": null, "buy_quantity": 0, "get_quantity": 0, "product_item_ids": []}, "points": 0, "shares": ["0.00"], "description": "loyalty points times 2", "incentive_id": 2}]', 0, 120, 0, false, 2, 1, 0.00, false, true),
	(1001, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/182d86c3-b707-48c8-a7b4-03e7fb4e1eee', '8332a8193e4ac298ff599d69e505b18c69747c2f1c82f0937f5b4b738da0842a', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'RELEASED', false, '2026-11-28 13:17:07.013533+00', '[]', 0, 40, 0, false, 2, 1, 0.00, false, false),
	(1002, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/6c8c4e4e-228e-47b0-b824-5d0517c3922f', '1f36619d73c90151ecde99f8cd0ae546709d9816644a6bc8b722c56cf6d4fc06', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'COMMITTED', true, '2026-11-28 13:17:07.066007+00', '[]', 0, 120, 0, false, 2, 1, 0.00, false, true),
	(1003, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/e1f3b7b5-9f1b-46d3-a2b2-0ce9f7938cb3', '1f36619d73c90151ecde99f8cd0ae546709d9816644a6bc8b722c56cf6d4fc06', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'COMMITTED', true, '2026-11-28 13:17:07.140577+00', '[]', 0, 80, 0, false, 3, 1, 40.00, false, true),
	(1004, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/20e48182-900d-4256-abe4-c481bfcd56df', '8332a8193e4ac298ff599d69e505b18c69747c2f1c82f0937f5b4b738da0842a', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'COMMITTED', true, '2026-11-28 13:17:07.233781+00', '[]', 0, 40, 0, false, 3, 1, 0.00, false, true),
	(1005, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/1867a4ba-51cb-4d40-a500-0b7e7a9abba1', 'e1104531ed48b7b957bfd9391add1fad789f4e5339225b5e54efdb84540c16b6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'RELEASED', true, '2026-11-28 13:17:07.295878+00', '[{"code": "QUARTER", "terms": {"kind": "PERCENT", "value": "25", "currency": "", "min_total": null, "buy_quantity": 0, "get_quantity": 0, "product_item_ids": []}, "points": 0, "shares": ["10.00"], "description": "25 % off", "incentive_id": 1}]', 0, 30, 0, false, 3, 1, 0.00, false, true),
	(1006, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/73791c3a-c385-49bc-8193-8d073b00aaf6', 'bb0738a37a4117fac6e4d2e0f6f9ddfcd309c4ee03872a3d0f6cbdf723970a23', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'BACKORDERED', false, '2026-11-28 13:17:07.406179+00', '[]', 0, 120, 0, false, 1, 1, 0.00, false, false),
	(1007, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/27d2592f-b6eb-4bcb-a1cc-c3d2019fe18e', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'COMMITTED', true, '2026-11-28 13:17:07.420267+00', '[]', 0, 40, 0, false, 2, 1, 0.00, false, false),
	(1008, 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3/77d0bfe7-85fb-44d9-8300-80abf437ced7', 'b311289b7c3a2448f39ce551f03dcb442eea52bcb8883b7d170dc69bb7a54926', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', 'USD', 'HELD', false, '2026-11-28 13:17:07.441661+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(2000, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/d5b5dc9e-da71-4c2b-b596-8e9bb37d00c3', '8332a8193e4ac298ff599d69e505b18c69747c2f1c82f0937f5b4b738da0842a', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'HELD', false, '2026-11-28 13:17:09.95008+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(2001, 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3/20cfa5b7-f5df-43b1-95a1-799681b6e925', 'b311289b7c3a2448f39ce551f03dcb442eea52bcb8883b7d170dc69bb7a54926', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', 'USD', 'HELD', false, '2026-11-28 13:17:09.988858+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(3003, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/2da644ef-6a49-4807-8f29-99372ad5c993', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'HELD', false, '2026-11-28 13:17:13.15214+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(3005, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/649d76f8-163e-425d-b4e5-fc7a9f189016', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'HELD', false, '2026-11-28 13:17:13.15214+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(3007, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/692c3936-091d-4001-923f-42fbc0b66b60', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'HELD', false, '2026-11-28 13:17:13.15214+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(3006, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/9352e30e-fd95-4a4f-a416-0afaffa928a1', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'HELD', false, '2026-11-28 13:17:13.15214+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(3004, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/c7e07ede-ffef-468b-9d45-6f9d0de1a0f3', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'HELD', false, '2026-11-28 13:17:13.15214+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(3002, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/e4bda45e-2d8b-4352-a1d5-47e155798d81', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'HELD', false, '2026-11-28 13:17:13.15214+00', '[]', 0, 40, 0, false, 1, 1, 0.00, false, false),
	(3001, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/c92440f6-e3a8-46af-b599-83ca26134c33', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'COMMITTED', true, '2026-11-28 13:17:13.136204+00', '[]', 0, 40, 0, false, 2, 1, 0.00, false, true),
	(3000, 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8/ed6eae45-71b6-4d8b-8476-4d59ef375994', '76139ef8b197f99239cabd52f3c6d75fc57360e73881523d17a71e54286143d6', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', 'USD', 'COMMITTED', true, '2026-11-28 13:17:13.136204+00', '[]', 0, 40, 0, false, 2, 1, 0.00, false, true);


--
-- Data for Name: reservation_line; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.reservation_line VALUES
	(1000, 0, 1, 2, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(1001, 0, 1, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(1002, 0, 1, 3, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(1003, 0, 1, 3, 0, 0, 1, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(1004, 0, 1, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(1005, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(1006, 0, 3, 3, 2, 1, 0, 40.00, 'LAMP-RARE-RED-S', 'Desk lamp rare'),
	(1007, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(1008, 0, 1, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(2000, 0, 1, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(2001, 0, 1, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(3001, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3000, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3003, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3005, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3007, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3006, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3004, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3002, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released');


--
-- Data for Name: stock_adjustment; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: variation; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.variation VALUES
	(1, 1, 'Colour', '2026-11-28 13:16:16.834063+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.834069+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(2, 1, 'Size', '2026-11-28 13:16:16.834071+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.834072+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(3, 2, 'Colour', '2026-11-28 13:16:16.856652+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.856657+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(4, 2, 'Size', '2026-11-28 13:16:16.856659+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.85666+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1);


--
-- Data for Name: variation_option; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.variation_option VALUES
	(1, 1, 'red', 0.00, '2026-11-28 13:16:16.838088+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.838093+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(2, 1, 'blue', 0.00, '2026-11-28 13:16:16.838095+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.838096+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(3, 2, 'S', 0.00, '2026-11-28 13:16:16.838097+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.838097+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(4, 3, 'red', 0.00, '2026-11-28 13:16:16.860085+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.860091+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1),
	(5, 4, 'S', 0.00, '2026-11-28 13:16:16.860093+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', '2026-11-28 13:16:16.860094+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 1);


--
-- Name: audit_entry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_entry_id_seq', 28, true);


--
-- Name: change_log_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.change_log_id_seq', 52, true);


--
-- Name: incentive_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.incentive_id_seq', 2, true);


--
-- Name: job_hilo; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.job_hilo', 1, false);


--
-- Name: outbox_position; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_position', 1, false);


--
-- Name: product_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.product_id_seq', 2, true);


--
-- Name: product_item_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.product_item_id_seq', 3, true);


--
-- Name: product_item_option_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.product_item_option_id_seq', 6, true);


--
-- Name: recorded_error_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.recorded_error_id_seq', 1, false);


--
-- Name: stock_adjustment_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.stock_adjustment_id_seq', 1, false);


--
-- Name: variation_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.variation_id_seq', 4, true);


--
-- Name: variation_option_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.variation_option_id_seq', 5, true);


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
-- Name: incentive incentive_code_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.incentive
    ADD CONSTRAINT incentive_code_key_key UNIQUE (code_key);


--
-- Name: incentive incentive_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.incentive
    ADD CONSTRAINT incentive_pkey PRIMARY KEY (id);


--
-- Name: inventory inventory_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.inventory
    ADD CONSTRAINT inventory_pkey PRIMARY KEY (id);


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
-- Name: product_item_option product_item_option_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item_option
    ADD CONSTRAINT product_item_option_pkey PRIMARY KEY (id);


--
-- Name: product_item_option product_item_option_product_item_id_variation_option_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item_option
    ADD CONSTRAINT product_item_option_product_item_id_variation_option_id_key UNIQUE (product_item_id, variation_option_id);


--
-- Name: product_item product_item_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item
    ADD CONSTRAINT product_item_pkey PRIMARY KEY (id);


--
-- Name: product_item product_item_sku_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item
    ADD CONSTRAINT product_item_sku_key_key UNIQUE (sku_key) DEFERRABLE INITIALLY DEFERRED;


--
-- Name: product product_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);


--
-- Name: recorded_error recorded_error_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recorded_error
    ADD CONSTRAINT recorded_error_pkey PRIMARY KEY (id);


--
-- Name: redemption redemption_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.redemption
    ADD CONSTRAINT redemption_pkey PRIMARY KEY (incentive_id, order_id);


--
-- Name: reservation_line reservation_line_order_id_product_item_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reservation_line
    ADD CONSTRAINT reservation_line_order_id_product_item_id_key UNIQUE (order_id, product_item_id);


--
-- Name: reservation_line reservation_line_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reservation_line
    ADD CONSTRAINT reservation_line_pkey PRIMARY KEY (order_id, number);


--
-- Name: reservation reservation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reservation
    ADD CONSTRAINT reservation_pkey PRIMARY KEY (order_id);


--
-- Name: reservation reservation_request_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reservation
    ADD CONSTRAINT reservation_request_key_key UNIQUE (request_key);


--
-- Name: stock_adjustment stock_adjustment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_adjustment
    ADD CONSTRAINT stock_adjustment_pkey PRIMARY KEY (id);


--
-- Name: variation_option variation_option_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.variation_option
    ADD CONSTRAINT variation_option_pkey PRIMARY KEY (id);


--
-- Name: variation variation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.variation
    ADD CONSTRAINT variation_pkey PRIMARY KEY (id);


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
-- Name: ix_product_item_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_product_item_product_id ON public.product_item USING btree (product_id);


--
-- Name: ix_recorded_error_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_recorded_error_time ON public.recorded_error USING btree ("time");


--
-- Name: ix_redemption_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_redemption_user_id ON public.redemption USING btree (user_id, incentive_id);


--
-- Name: ix_reservation_held; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_reservation_held ON public.reservation USING btree (expire_at) WHERE (state = ANY (ARRAY['HELD'::text, 'BACKORDERED'::text]));


--
-- Name: ix_reservation_line_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_reservation_line_waiting ON public.reservation_line USING btree (product_item_id, place) WHERE (backordered > 0);


--
-- Name: ix_reservation_points; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_reservation_points ON public.reservation USING btree (user_id) WHERE ((points_spent > 0) OR (points_earned > 0));


--
-- Name: ix_stock_adjustment_product_item_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_stock_adjustment_product_item_id ON public.stock_adjustment USING btree (product_item_id);


--
-- Name: ix_variation_option_variation_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_variation_option_variation_id ON public.variation_option USING btree (variation_id);


--
-- Name: ix_variation_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_variation_product_id ON public.variation USING btree (product_id);


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
-- Name: incentive trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.incentive FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: inventory trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.inventory FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: product trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.product FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: product_item trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.product_item FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: product_item_option trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.product_item_option FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: reservation trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.reservation FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: variation trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.variation FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: variation_option trg_count_version; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_count_version BEFORE UPDATE ON public.variation_option FOR EACH ROW EXECUTE FUNCTION public.count_version();


--
-- Name: incentive trg_sync_incentive_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_incentive_insert AFTER INSERT ON public.incentive REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: incentive trg_sync_incentive_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_incentive_update AFTER UPDATE ON public.incentive REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: inventory trg_sync_inventory_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_inventory_insert AFTER INSERT ON public.inventory REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: inventory trg_sync_inventory_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_inventory_update AFTER UPDATE ON public.inventory REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: product trg_sync_product_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_product_insert AFTER INSERT ON public.product REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: product_item trg_sync_product_item_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_product_item_insert AFTER INSERT ON public.product_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: product_item_option trg_sync_product_item_option_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_product_item_option_insert AFTER INSERT ON public.product_item_option REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: product_item_option trg_sync_product_item_option_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_product_item_option_update AFTER UPDATE ON public.product_item_option REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: product_item trg_sync_product_item_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_product_item_update AFTER UPDATE ON public.product_item REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: product trg_sync_product_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_product_update AFTER UPDATE ON public.product REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: variation trg_sync_variation_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_variation_insert AFTER INSERT ON public.variation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: variation_option trg_sync_variation_option_insert; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_variation_option_insert AFTER INSERT ON public.variation_option REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: variation_option trg_sync_variation_option_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_variation_option_update AFTER UPDATE ON public.variation_option REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: variation trg_sync_variation_update; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_sync_variation_update AFTER UPDATE ON public.variation REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.record_changes();


--
-- Name: inventory inventory_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.inventory
    ADD CONSTRAINT inventory_id_fkey FOREIGN KEY (id) REFERENCES public.product_item(id);


--
-- Name: product_item_option product_item_option_product_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item_option
    ADD CONSTRAINT product_item_option_product_item_id_fkey FOREIGN KEY (product_item_id) REFERENCES public.product_item(id);


--
-- Name: product_item_option product_item_option_variation_option_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item_option
    ADD CONSTRAINT product_item_option_variation_option_id_fkey FOREIGN KEY (variation_option_id) REFERENCES public.variation_option(id);


--
-- Name: product_item product_item_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item
    ADD CONSTRAINT product_item_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.product(id);


--
-- Name: redemption redemption_incentive_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.redemption
    ADD CONSTRAINT redemption_incentive_id_fkey FOREIGN KEY (incentive_id) REFERENCES public.incentive(id);


--
-- Name: reservation_line reservation_line_order_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reservation_line
    ADD CONSTRAINT reservation_line_order_id_fkey FOREIGN KEY (order_id) REFERENCES public.reservation(order_id);


--
-- Name: reservation_line reservation_line_product_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reservation_line
    ADD CONSTRAINT reservation_line_product_item_id_fkey FOREIGN KEY (product_item_id) REFERENCES public.inventory(id);


--
-- Name: stock_adjustment stock_adjustment_product_item_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.stock_adjustment
    ADD CONSTRAINT stock_adjustment_product_item_id_fkey FOREIGN KEY (product_item_id) REFERENCES public.inventory(id);


--
-- Name: variation_option variation_option_variation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.variation_option
    ADD CONSTRAINT variation_option_variation_id_fkey FOREIGN KEY (variation_id) REFERENCES public.variation(id);


--
-- Name: variation variation_product_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.variation
    ADD CONSTRAINT variation_product_id_fkey FOREIGN KEY (product_id) REFERENCES public.product(id);


--
-- PostgreSQL database dump complete
--

\unrestrict easyorder

