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

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: outbox; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.outbox (
    id bigint NOT NULL,
    "position" bigint,
    kind text NOT NULL,
    aggregate_id bigint NOT NULL,
    sequence bigint NOT NULL,
    owner text NOT NULL,
    owner_team text,
    occurred_on timestamp with time zone NOT NULL,
    payload jsonb NOT NULL
);


--
-- Name: publish_outbox(integer); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.publish_outbox(batch integer) RETURNS SETOF public.outbox
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7304891);
    RETURN QUERY UPDATE outbox AS t SET position = numbered.position
    FROM (SELECT id, nextval('outbox_position') AS position FROM
        (SELECT id FROM outbox WHERE position IS NULL ORDER BY id LIMIT batch) AS waiting) AS numbered
    WHERE t.id = numbered.id AND t.position IS NULL
    RETURNING t.*;
END
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
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
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
    detail text DEFAULT ''::text NOT NULL
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
    created_by_team text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
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
    created_by_team text,
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
    created_on timestamp with time zone DEFAULT now() NOT NULL
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
-- Name: outbox_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.outbox ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
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
    created_by_team text,
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
    created_by_team text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
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
    created_by_team text,
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
    CONSTRAINT reservation_points_earned_check CHECK ((points_earned >= 0)),
    CONSTRAINT reservation_points_spent_check CHECK ((points_spent >= 0)),
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
    created_by_team text,
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
    created_by_team text,
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
	('0001');


--
-- Data for Name: audit_entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_entry OVERRIDING SYSTEM VALUE VALUES
	(1, '2026-11-27 08:54:48.619463+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'CreateProduct', '1', 'OK', '0d75dce9-620c-4b4f-867c-5039a584a276', ''),
	(2, '2026-11-27 08:54:48.64956+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'CreateProduct', '2', 'OK', 'ea02d8c9-eb5d-4809-bcaf-37b9db27dc3c', ''),
	(3, '2026-11-27 08:54:48.671152+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'CreateIncentive', '1', 'OK', '2e57cf48-0a5f-427e-a255-d01d91b4dd57', ''),
	(4, '2026-11-27 08:54:48.684568+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'CreateIncentive', '2', 'OK', 'bbd4c053-0b60-4c21-b393-ffffd23787f6', ''),
	(5, '2026-11-27 08:54:48.752654+00', 'service:order', 'Reserve', '', 'OK', '820b10615d5241c4b72036a87b7a9aa1', ''),
	(6, '2026-11-27 08:54:48.946661+00', 'service:order', 'Commit', '', 'OK', 'f4ed0b12fa0c43309406232d80573259', ''),
	(7, '2026-11-27 08:54:49.172209+00', 'service:order', 'Reserve', '', 'OK', '04a499b415a9457ea5ed27377f5ac9fa', ''),
	(8, '2026-11-27 08:54:49.259784+00', 'service:order', 'Release', '', 'OK', 'ca9622b273354fbdbd44c19e16322644', ''),
	(9, '2026-11-27 08:54:49.408367+00', 'service:order', 'Reserve', '', 'OK', 'a2ea136cda7f4a568436052312c86c4c', ''),
	(10, '2026-11-27 08:54:49.489557+00', 'service:order', 'Commit', '', 'OK', '261a2dac54294160ae3d90e2278edc4f', ''),
	(11, '2026-11-27 08:54:49.84403+00', 'service:order', 'Reserve', '', 'OK', '6118b0127f2e4afaab39272021dff92c', ''),
	(12, '2026-11-27 08:54:49.906478+00', 'service:order', 'Commit', '', 'OK', 'c5917e6f90b34b94b1e1492a4758c46f', ''),
	(13, '2026-11-27 08:54:50.302675+00', 'service:order', 'Restock', '', 'OK', '2b3fac70792e4ef99af7c6a62332d599', ''),
	(14, '2026-11-27 08:54:50.330883+00', 'service:order', 'Reserve', '', 'OK', '427db8c0e16d407ca80af34d89c45839', ''),
	(15, '2026-11-27 08:54:50.366294+00', 'service:order', 'Commit', '', 'OK', '8d319dddb237489794d09d531a134cf7', ''),
	(16, '2026-11-27 08:54:50.478405+00', 'service:order', 'Reserve', '', 'OK', 'f9d5c4f8131a4e05b026e45a9a35f691', ''),
	(17, '2026-11-27 08:54:50.528227+00', 'service:order', 'Commit', '', 'OK', '1920c1b9c2f94446bdf96e86fd94d83a', ''),
	(18, '2026-11-27 08:54:50.619931+00', 'service:order', 'Release', '', 'OK', 'b369e9dacda94bf0bd38028684f16c5b', ''),
	(19, '2026-11-27 08:54:50.64763+00', 'service:order', 'Reserve', '', 'OK', 'abc1b3207c0d41a296ca2d7f46c833bb', ''),
	(20, '2026-11-27 08:54:50.686049+00', 'service:order', 'Reserve', '', 'OK', '23f07f4361684409924246ab0cd4fb60', ''),
	(21, '2026-11-27 08:54:50.722658+00', 'service:order', 'Commit', '', 'OK', 'f92b44eb4c9d4da2b5d5cf2edc09e595', ''),
	(22, '2026-11-27 08:54:50.736298+00', 'service:order', 'Reserve', '', 'OK', 'a76f1aaac4714fdc8df279e1c31d15cc', ''),
	(23, '2026-11-27 08:54:59.427762+00', 'service:order', 'Reserve', '', 'OK', 'ea80d836def04312bf867394697be99e', ''),
	(24, '2026-11-27 08:54:59.532644+00', 'service:order', 'Reserve', '', 'OK', 'c202baa9c61c4ff8b4609e412b1ecbb4', ''),
	(25, '2026-11-27 08:55:06.560739+00', 'service:order', 'Reserve', '', 'OK', '238375a8f6c44eea88680b08b000a64d', ''),
	(26, '2026-11-27 08:55:06.586746+00', 'service:order', 'Reserve', '', 'OK', '84df97610bf44f56a69c0b49978deb66', ''),
	(27, '2026-11-27 08:55:06.644018+00', 'service:order', 'Reserve', '', 'OK', '5c43ce1bf8334590acc9fc39af69720b', ''),
	(28, '2026-11-27 08:55:06.810937+00', 'service:order', 'Commit', '', 'OK', 'ec1ce657577d4df5b859282fb7546c96', ''),
	(29, '2026-11-27 08:55:06.834034+00', 'service:order', 'Reserve', '', 'OK', '1ae34f9d7fcf466ca18b2cec95d96ab8', ''),
	(30, '2026-11-27 08:55:06.863378+00', 'service:order', 'Reserve', '', 'OK', 'eec0d8aaf989418ab72fd1b7df999182', '');


--
-- Data for Name: change_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change_log OVERRIDING SYSTEM VALUE VALUES
	(55, '989', 'inventory', '2', 12, '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'service:inventory', '{"id": 2, "sold": 4, "places": 0, "initial": 100, "on_hand": 97, "adjusted": 0, "reserved": 14, "restocked": 1, "created_by": "8ebda9e9-5d41-4fc7-ade2-443fc34bf483", "created_on": "2026-11-27T08:54:48.591301+00:00", "deleted_on": null, "is_deleted": false, "backordered": 0, "modified_by": "service:inventory", "modified_on": "2026-11-27T08:55:06.855455+00:00", "row_version": 12, "created_by_team": null, "warehouse_location": "A-1"}', '2026-11-27 08:55:06.859783+00', 0, NULL),
	(56, '997', 'inventory', '2', 13, '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'service:inventory', '{"id": 2, "sold": 12, "places": 0, "initial": 100, "on_hand": 89, "adjusted": 0, "reserved": 6, "restocked": 1, "created_by": "8ebda9e9-5d41-4fc7-ade2-443fc34bf483", "created_on": "2026-11-27T08:54:48.591301+00:00", "deleted_on": null, "is_deleted": false, "backordered": 0, "modified_by": "service:inventory", "modified_on": "2026-11-27T08:55:06.92224+00:00", "row_version": 13, "created_by_team": null, "warehouse_location": "A-1"}', '2026-11-27 08:55:06.922985+00', 0, NULL);


--
-- Data for Name: idempotency_key; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: inbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.inbox VALUES
	('orders', 37);


--
-- Data for Name: incentive; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.incentive VALUES
	(2, 'DOUBLE', 'LOYALTY_MULTIPLIER', 2, '', NULL, NULL, NULL, NULL, '[]', NULL, NULL, true, 0, 0, 1, true, 1, '2026-11-27 08:54:48.677585+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.730159+00', 'service:inventory', false, NULL, 2),
	(1, 'QUARTER', 'PERCENT', 25, '', NULL, NULL, NULL, NULL, '[]', 5, NULL, true, 0, 0, 1, true, 1, '2026-11-27 08:54:48.667877+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:50.578799+00', 'service:inventory', false, NULL, 4);


--
-- Data for Name: inventory; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.inventory VALUES
	(1, 92, 3, 9, 1, 0, 100, 0, 0, 'A-1', '2026-11-27 08:54:48.591284+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:59.529055+00', 'service:inventory', false, NULL, 15),
	(2, 89, 6, 12, 1, 0, 100, 0, 0, 'A-1', '2026-11-27 08:54:48.591301+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:55:06.92224+00', 'service:inventory', false, NULL, 13),
	(3, 1, 1, 0, 0, 0, 1, 2, 1, 'A-1', '2026-11-27 08:54:48.636522+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:50.645531+00', 'service:inventory', false, NULL, 2);


--
-- Data for Name: job; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: product; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product VALUES
	(1, 'Desk lamp released', 'Bends, and stays bent.', 'USD', 40.00, '2026-11-27 08:54:48.551987+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.552004+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(2, 'Desk lamp rare', 'Bends, and stays bent.', 'USD', 40.00, '2026-11-27 08:54:48.629332+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.629343+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1);


--
-- Data for Name: product_item; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product_item VALUES
	(1, 1, 'LAMP-RELEASED-RED-S', NULL, 40.00, false, '2026-11-27 08:54:48.557252+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.557265+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(2, 1, 'LAMP-RELEASED-BLUE-S', NULL, 40.00, false, '2026-11-27 08:54:48.557267+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.557269+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(3, 2, 'LAMP-RARE-RED-S', NULL, 40.00, true, '2026-11-27 08:54:48.632034+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.632041+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1);


--
-- Data for Name: product_item_option; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product_item_option VALUES
	(1, 1, 1, '2026-11-27 08:54:48.613759+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.61377+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(2, 1, 3, '2026-11-27 08:54:48.613772+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.613772+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(3, 2, 2, '2026-11-27 08:54:48.613773+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.613774+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(4, 2, 3, '2026-11-27 08:54:48.613775+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.613775+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(5, 3, 4, '2026-11-27 08:54:48.645004+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.645013+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(6, 3, 5, '2026-11-27 08:54:48.645014+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.645016+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1);


--
-- Data for Name: recorded_error; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: redemption; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.redemption VALUES
	(1, 1000, '637c5000-697c-4970-b24a-95d2c16b62e7'),
	(2, 1000, '637c5000-697c-4970-b24a-95d2c16b62e7');


--
-- Data for Name: reservation; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.reservation VALUES
	(1000, '637c5000-697c-4970-b24a-95d2c16b62e7/6a8f7bbd-04ad-4e22-9920-67e9fb694306', '55d80d77fc653ac5790a7efe15ca562af4bc97823f8e277868e649cdc42d0519', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:09:48.730834+00', '[{"code": "QUARTER", "terms": {"kind": "PERCENT", "value": "25", "currency": "", "min_total": null, "buy_quantity": 0, "get_quantity": 0, "product_item_ids": []}, "shares": ["20.00"], "description": "25 % off", "incentive_id": 1}, {"code": "DOUBLE", "terms": {"kind": "LOYALTY_MULTIPLIER", "value": "2", "currency": "", "min_total": null, "buy_quantity": 0, "get_quantity": 0, "product_item_ids": []}, "shares": ["0.00"], "description": "loyalty points times 2", "incentive_id": 2}]', 0, 120, 0),
	(1001, '637c5000-697c-4970-b24a-95d2c16b62e7/358a42dd-d6ba-4646-8581-2f9d85afbd25', '2bb4deec144da9df6403e3d4d1609b04c24895d1c14138252c56988c0a4744be', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'RELEASED', false, '2026-11-27 09:09:49.168525+00', '[]', 0, 40, 0),
	(1002, '637c5000-697c-4970-b24a-95d2c16b62e7/2172fedb-01a8-42ba-be86-9f67e2a6bc7e', 'eb9d2d448ba40359fc7ae829b3f2f292a29e2f987a20232dcaa2cd66b335555e', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:09:49.4026+00', '[]', 0, 120, 0),
	(1003, '637c5000-697c-4970-b24a-95d2c16b62e7/816c2cf3-a059-4a56-9ea5-eac2d7ac4400', 'eb9d2d448ba40359fc7ae829b3f2f292a29e2f987a20232dcaa2cd66b335555e', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:09:49.828241+00', '[]', 0, 80, 0),
	(1004, '637c5000-697c-4970-b24a-95d2c16b62e7/29f20231-63fe-4fda-921d-df4b06500971', '2bb4deec144da9df6403e3d4d1609b04c24895d1c14138252c56988c0a4744be', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:09:50.313389+00', '[]', 0, 40, 0),
	(1005, '637c5000-697c-4970-b24a-95d2c16b62e7/507535b0-5488-4def-bbdb-6301da5c3c20', 'e6ab2eab8510da87c2e741c9c605b91f4cebc670041dd705f01d35279bcd7eb6', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'RELEASED', true, '2026-11-27 09:09:50.434067+00', '[{"code": "QUARTER", "terms": {"kind": "PERCENT", "value": "25", "currency": "", "min_total": null, "buy_quantity": 0, "get_quantity": 0, "product_item_ids": []}, "shares": ["10.00"], "description": "25 % off", "incentive_id": 1}]', 0, 30, 0),
	(1007, '637c5000-697c-4970-b24a-95d2c16b62e7/4711e9d0-1a51-439e-a1a1-5320ef6d8c0f', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:09:50.666261+00', '[]', 0, 40, 0),
	(1008, '0c8e6c4e-fc8d-4be4-8d61-523d835aae26/d5e107e3-1e28-404d-911d-8a6d751ab2e3', 'ab5171177001014b51e6dfba0b5985d0b5891850fd4a96ba1d9cc944f13ba327', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', 'USD', 'HELD', false, '2026-11-27 09:09:50.730844+00', '[]', 0, 40, 0),
	(2000, '637c5000-697c-4970-b24a-95d2c16b62e7/76f65fee-982c-4581-8c06-cf9a2549238d', '2bb4deec144da9df6403e3d4d1609b04c24895d1c14138252c56988c0a4744be', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'HELD', false, '2026-11-27 09:09:59.417661+00', '[]', 0, 40, 0),
	(2001, '0c8e6c4e-fc8d-4be4-8d61-523d835aae26/0a5b529e-f467-4678-b941-92e574bc684b', 'ab5171177001014b51e6dfba0b5985d0b5891850fd4a96ba1d9cc944f13ba327', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', 'USD', 'HELD', false, '2026-11-27 09:09:59.514094+00', '[]', 0, 40, 0),
	(1006, '637c5000-697c-4970-b24a-95d2c16b62e7/0897cdbd-c330-4b23-bc8a-935801b9e8c0', 'dde240dda0bb2a5ee3bc5e799f110a0d94a7ffe21eca2d82080a4f2bbe5a673e', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'BACKORDERED', false, NULL, '[]', 0, 120, 0),
	(3000, '637c5000-697c-4970-b24a-95d2c16b62e7/1dd79809-6c09-4697-824f-baa355774d7e', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.544551+00', '[]', 0, 40, 0),
	(3001, '637c5000-697c-4970-b24a-95d2c16b62e7/b5d6f8cd-9af5-4749-97cb-eb1343fa1fb1', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.544551+00', '[]', 0, 40, 0),
	(3015, '637c5000-697c-4970-b24a-95d2c16b62e7/1310c0f7-df20-4334-afd6-5e4a51b8fd66', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'HELD', false, '2026-11-27 09:10:06.844076+00', '[]', 0, 40, 0),
	(3013, '637c5000-697c-4970-b24a-95d2c16b62e7/1bb3e4cb-1c8d-4201-a02c-cd6657bfa200', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'HELD', false, '2026-11-27 09:10:06.844076+00', '[]', 0, 40, 0),
	(3010, '637c5000-697c-4970-b24a-95d2c16b62e7/4a723ef8-a006-478d-85a6-39c23394c4f8', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'HELD', false, '2026-11-27 09:10:06.844076+00', '[]', 0, 40, 0),
	(3011, '637c5000-697c-4970-b24a-95d2c16b62e7/83d638c4-6599-415c-860a-8bd20bf362ad', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'HELD', false, '2026-11-27 09:10:06.844076+00', '[]', 0, 40, 0),
	(3012, '637c5000-697c-4970-b24a-95d2c16b62e7/a0240e41-0f23-4fe5-86d7-1eb627b86378', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'HELD', false, '2026-11-27 09:10:06.844076+00', '[]', 0, 40, 0),
	(3014, '637c5000-697c-4970-b24a-95d2c16b62e7/fcf00dcd-5f72-4b8b-8454-9fddf1dd7d21', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'HELD', false, '2026-11-27 09:10:06.844076+00', '[]', 0, 40, 0),
	(3004, '637c5000-697c-4970-b24a-95d2c16b62e7/27fd69e0-88c1-4f0e-8e05-a1f4aa652f55', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.581139+00', '[]', 0, 40, 0),
	(3002, '637c5000-697c-4970-b24a-95d2c16b62e7/deab1030-d86b-4837-b152-632046264940', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.581139+00', '[]', 0, 40, 0),
	(3003, '637c5000-697c-4970-b24a-95d2c16b62e7/3134965f-9f99-4823-a78f-ff12c13abbb0', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.581139+00', '[]', 0, 40, 0),
	(3007, '637c5000-697c-4970-b24a-95d2c16b62e7/cd5ad1a7-3cd2-480a-b8c8-d248e852c417', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.621356+00', '[]', 0, 40, 0),
	(3006, '637c5000-697c-4970-b24a-95d2c16b62e7/5c234daa-694b-4edb-96fb-edf3fb8e629f', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.581139+00', '[]', 0, 40, 0),
	(3005, '637c5000-697c-4970-b24a-95d2c16b62e7/39530f05-9a2e-49f0-bb49-3de14e15a369', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.581139+00', '[]', 0, 40, 0),
	(3008, '637c5000-697c-4970-b24a-95d2c16b62e7/3cbefc4c-a801-4746-805d-9e31317c043e', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.817175+00', '[]', 0, 40, 0),
	(3009, '637c5000-697c-4970-b24a-95d2c16b62e7/ef61351b-540d-4c07-8f91-428c84729621', 'e17741491e6abb361bbe984c4a243128bb0512e1f104b9c21370ea6741cc57c0', '637c5000-697c-4970-b24a-95d2c16b62e7', 'USD', 'COMMITTED', true, '2026-11-27 09:10:06.817175+00', '[]', 0, 40, 0);


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
	(1007, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(1008, 0, 1, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(2000, 0, 1, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(2001, 0, 1, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-RED-S', 'Desk lamp released'),
	(1006, 0, 3, 3, 2, 1, 0, 40.00, 'LAMP-RARE-RED-S', 'Desk lamp rare'),
	(3000, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3001, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3004, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3003, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3005, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3006, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3002, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3007, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3008, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3009, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3015, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3013, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3010, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3011, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3012, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released'),
	(3014, 0, 2, 1, 0, 0, 0, 40.00, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released');


--
-- Data for Name: stock_adjustment; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: variation; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.variation VALUES
	(1, 1, 'Colour', '2026-11-27 08:54:48.57286+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.572875+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(2, 1, 'Size', '2026-11-27 08:54:48.572877+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.572879+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(3, 2, 'Colour', '2026-11-27 08:54:48.633219+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.633227+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(4, 2, 'Size', '2026-11-27 08:54:48.63323+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.633231+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1);


--
-- Data for Name: variation_option; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.variation_option VALUES
	(1, 1, 'red', 0.00, '2026-11-27 08:54:48.59938+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.599393+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(2, 1, 'blue', 0.00, '2026-11-27 08:54:48.599395+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.599396+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(3, 2, 'S', 0.00, '2026-11-27 08:54:48.599397+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.599397+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(4, 3, 'red', 0.00, '2026-11-27 08:54:48.643368+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.643381+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1),
	(5, 4, 'S', 0.00, '2026-11-27 08:54:48.643384+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', NULL, '2026-11-27 08:54:48.643385+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 1);


--
-- Name: audit_entry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_entry_id_seq', 30, true);


--
-- Name: change_log_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.change_log_id_seq', 56, true);


--
-- Name: incentive_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.incentive_id_seq', 2, true);


--
-- Name: job_hilo; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.job_hilo', 1, false);


--
-- Name: outbox_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_id_seq', 1, false);


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
-- Name: audit_entry audit_entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.audit_entry
    ADD CONSTRAINT audit_entry_pkey PRIMARY KEY (id);


--
-- Name: change_log change_log_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.change_log
    ADD CONSTRAINT change_log_pkey PRIMARY KEY (id);


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
-- Name: incentive incentive_code_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.incentive
    ADD CONSTRAINT incentive_code_key UNIQUE (code);


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
-- Name: outbox outbox_position_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_key UNIQUE ("position");


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
-- Name: product_item product_item_sku_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item
    ADD CONSTRAINT product_item_sku_key UNIQUE (sku) DEFERRABLE INITIALLY DEFERRED;


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

CREATE INDEX ix_audit_entry_actor ON public.audit_entry USING btree (actor);


--
-- Name: ix_audit_entry_resource; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_entry_resource ON public.audit_entry USING btree (resource);


--
-- Name: ix_audit_entry_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_audit_entry_time ON public.audit_entry USING brin ("time");


--
-- Name: ix_change_log_actor; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_change_log_actor ON public.change_log USING btree (actor) WHERE (actor <> owner);


--
-- Name: ix_change_log_owner; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_change_log_owner ON public.change_log USING btree (owner);


--
-- Name: ix_change_log_xact_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_change_log_xact_id ON public.change_log USING btree (xact_id);


--
-- Name: ix_idempotency_key_created_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_idempotency_key_created_on ON public.idempotency_key USING brin (created_on);


--
-- Name: ix_job_due; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_job_due ON public.job USING btree (due_at) WHERE (state = ANY (ARRAY['READY'::text, 'RUNNING'::text]));


--
-- Name: ix_job_given_up; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_job_given_up ON public.job USING btree (state, id) WHERE (state = ANY (ARRAY['DEAD'::text, 'DISCARDED'::text]));


--
-- Name: ix_job_lane; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_job_lane ON public.job USING btree (lane, turn) WHERE ((lane IS NOT NULL) AND (state = ANY (ARRAY['READY'::text, 'RUNNING'::text])));


--
-- Name: ix_outbox_unpublished; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outbox_unpublished ON public.outbox USING btree (id) WHERE ("position" IS NULL);


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

