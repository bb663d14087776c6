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
    created_by_team text,
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
    created_by_team text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT order_item_check CHECK ((((0)::numeric <= discount) AND (discount <= ((quantity)::numeric * unit_price)))),
    CONSTRAINT order_item_check1 CHECK (((0 <= returned) AND (returned <= quantity))),
    CONSTRAINT order_item_quantity_check CHECK ((quantity > 0)),
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
    extra_order_id bigint NOT NULL,
    created_on timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    created_by_team text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT orders_status_check CHECK ((status = ANY (ARRAY['PENDING'::text, 'CONFIRMED'::text, 'PAID'::text, 'SHIPPED'::text, 'DELIVERED'::text, 'CANCELLED'::text, 'FAILED'::text])))
);


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
    created_by_team text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
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
    created_by_team text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    CONSTRAINT refund_amount_check CHECK ((amount > (0)::numeric))
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
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0001');


--
-- Data for Name: audit_entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.audit_entry OVERRIDING SYSTEM VALUE VALUES
	(1, '2026-11-27 08:54:48.828744+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '1000', 'OK', '2c18345a-ded6-47c6-b2fb-853718b16d62', ''),
	(2, '2026-11-27 08:54:49.220589+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '1001', 'OK', 'c3def1eb-ca0e-48ca-85d3-cac35fdc2f55', ''),
	(3, '2026-11-27 08:54:49.436067+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '1002', 'OK', '52b41b1f-91e0-493a-a3b0-2399b6037ef4', ''),
	(4, '2026-11-27 08:54:49.795312+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'SetOrderStatus', '1002', 'OK', 'e42041af-43dd-4ea9-b463-3bc5e999a599', ''),
	(5, '2026-11-27 08:54:49.871705+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '1003', 'OK', '75f95e98-b980-4f65-b884-bb1bed1fb913', ''),
	(6, '2026-11-27 08:54:50.176571+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'SetOrderStatus', '1003', 'OK', 'e923d577-f373-41ae-b50a-6e0d7839d4b3', ''),
	(7, '2026-11-27 08:54:50.301324+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'RefundOrder', '1003', 'OK', 'ff2f84fd-82be-4649-973c-471ea421c0b6', ''),
	(8, '2026-11-27 08:54:50.336794+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '1004', 'OK', 'e6c6a059-d92c-4685-9238-b1cd121e72b6', ''),
	(9, '2026-11-27 08:54:50.382125+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'SetOrderStatus', '1004', 'OK', '995c0ce1-9c46-4fa2-9793-18289ffed6a7', ''),
	(10, '2026-11-27 08:54:50.420674+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'SetOrderStatus', '1004', 'OK', 'a9555966-78a3-4bc3-a81c-0bad68a63c8c', ''),
	(11, '2026-11-27 08:54:50.487366+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '1005', 'OK', 'bb55bc6e-7fd1-409b-a547-a424028aa32a', ''),
	(12, '2026-11-27 08:54:59.459089+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '2000', 'OK', '85796a75-ecdd-4461-b23d-a1f6c6df3b26', ''),
	(14, '2026-11-27 08:55:06.658109+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '3000', 'OK', 'a1ae8c80-8f72-4b29-b9b6-a7f1d263b0c1', ''),
	(15, '2026-11-27 08:55:06.6585+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '3001', 'OK', '76ab6b8d-c702-452c-a8a3-82cdf19179f8', ''),
	(16, '2026-11-27 08:55:06.675113+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '3002', 'OK', '199e64a5-76b6-46ac-85da-338a1b51d1ec', ''),
	(17, '2026-11-27 08:55:06.677141+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '3003', 'OK', 'f89d1596-8fcc-4cca-9b8f-70f9dab264e1', ''),
	(18, '2026-11-27 08:55:06.677556+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '3004', 'OK', 'ef70e776-02fa-41bc-a8d3-ba3dfffb61e7', ''),
	(19, '2026-11-27 08:55:06.678362+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '3005', 'OK', 'e26aec1a-4278-4a3c-9e6c-f9f918ea3e12', ''),
	(20, '2026-11-27 08:55:06.682031+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '3006', 'OK', '10f0844a-48e3-4d81-990a-7a67739f572e', ''),
	(21, '2026-11-27 08:55:06.682706+00', '637c5000-697c-4970-b24a-95d2c16b62e7', 'CreateOrder', '3007', 'OK', '78676fd6-7a68-40af-8819-b5e5270e5282', '');


--
-- Data for Name: change_log; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.change_log OVERRIDING SYSTEM VALUE VALUES
	(107, '986', 'payment', '3008', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3008, "amount": 40.00, "method": "CARD", "status": "PENDING", "attempts": 0, "order_id": 3008, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.841764+00:00", "row_version": 1, "processed_at": null, "waiting_token": "", "failure_reason": "", "transaction_id": "774e8717-f69d-4382-b1fc-2eebae5bd7dd", "created_by_team": null}', '2026-11-27 08:55:06.847072+00', 0, NULL),
	(108, '986', 'payment', '3009', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3009, "amount": 40.00, "method": "CARD", "status": "PENDING", "attempts": 0, "order_id": 3009, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.841764+00:00", "row_version": 1, "processed_at": null, "waiting_token": "", "failure_reason": "", "transaction_id": "37e3139e-4e92-456c-a61a-45f59e0db756", "created_by_team": null}', '2026-11-27 08:55:06.847188+00', 0, NULL),
	(109, '986', 'order_item', '3008', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3008, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": 0.00, "order_id": 3008, "quantity": 1, "returned": 0, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "unit_price": 40.00, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.841764+00:00", "row_version": 1, "created_by_team": null, "product_item_id": 2}', '2026-11-27 08:55:06.847331+00', 0, NULL),
	(110, '986', 'order_item', '3009', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3009, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": 0.00, "order_id": 3009, "quantity": 1, "returned": 0, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "unit_price": 40.00, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.841764+00:00", "row_version": 1, "created_by_team": null, "product_item_id": 2}', '2026-11-27 08:55:06.847346+00', 0, NULL),
	(111, '986', 'orders', '3008', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3008, "status": "CONFIRMED", "paid_at": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-27T08:55:06.841764+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.841764+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.847383+00', 0, NULL),
	(112, '986', 'orders', '3009', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3009, "status": "CONFIRMED", "paid_at": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-27T08:55:06.841764+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.841764+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.847393+00', 0, NULL),
	(113, '992', 'orders', '3008', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3008, "status": "PAID", "paid_at": "2026-11-27T08:55:06.854501+00:00", "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-27T08:55:06.841764+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.861524+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.87797+00', 0, NULL),
	(114, '992', 'orders', '3009', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3009, "status": "PAID", "paid_at": "2026-11-27T08:55:06.854564+00:00", "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-27T08:55:06.841764+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.861524+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.878176+00', 0, NULL),
	(115, '992', 'payment', '3008', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3008, "amount": 40.00, "method": "CARD", "status": "PAID", "attempts": 1, "order_id": 3008, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.861524+00:00", "row_version": 2, "processed_at": "2026-11-27T08:55:06.854501+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "774e8717-f69d-4382-b1fc-2eebae5bd7dd", "created_by_team": null}', '2026-11-27 08:55:06.878387+00', 0, NULL),
	(116, '992', 'payment', '3009', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3009, "amount": 40.00, "method": "CARD", "status": "PAID", "attempts": 1, "order_id": 3009, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.841764+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.861524+00:00", "row_version": 2, "processed_at": "2026-11-27T08:55:06.854564+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "37e3139e-4e92-456c-a61a-45f59e0db756", "created_by_team": null}', '2026-11-27 08:55:06.878411+00', 0, NULL),
	(117, '995', 'payment', '3010', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3010, "amount": 40.00, "method": "CARD", "status": "PENDING", "attempts": 0, "order_id": 3010, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "processed_at": null, "waiting_token": "", "failure_reason": "", "transaction_id": "16682c46-377e-4823-b292-878cfe4978d9", "created_by_team": null}', '2026-11-27 08:55:06.909671+00', 0, NULL),
	(118, '995', 'payment', '3011', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3011, "amount": 40.00, "method": "CARD", "status": "PENDING", "attempts": 0, "order_id": 3011, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "processed_at": null, "waiting_token": "", "failure_reason": "", "transaction_id": "919f3560-967d-43ec-9514-2714a80c1eb0", "created_by_team": null}', '2026-11-27 08:55:06.9097+00', 0, NULL),
	(119, '995', 'payment', '3012', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3012, "amount": 40.00, "method": "CARD", "status": "PENDING", "attempts": 0, "order_id": 3012, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "processed_at": null, "waiting_token": "", "failure_reason": "", "transaction_id": "34bec44b-1486-4e2d-b64f-55b230cae9b2", "created_by_team": null}', '2026-11-27 08:55:06.909734+00', 0, NULL),
	(120, '995', 'payment', '3013', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3013, "amount": 40.00, "method": "CARD", "status": "PENDING", "attempts": 0, "order_id": 3013, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "processed_at": null, "waiting_token": "", "failure_reason": "", "transaction_id": "f0b5955b-3f2f-4971-ad67-e70a604e2ba1", "created_by_team": null}', '2026-11-27 08:55:06.909742+00', 0, NULL),
	(121, '995', 'payment', '3014', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3014, "amount": 40.00, "method": "CARD", "status": "PENDING", "attempts": 0, "order_id": 3014, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "processed_at": null, "waiting_token": "", "failure_reason": "", "transaction_id": "290500c1-55e1-4415-98fd-389baf4805d3", "created_by_team": null}', '2026-11-27 08:55:06.909748+00', 0, NULL),
	(122, '995', 'payment', '3015', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3015, "amount": 40.00, "method": "CARD", "status": "PENDING", "attempts": 0, "order_id": 3015, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "processed_at": null, "waiting_token": "", "failure_reason": "", "transaction_id": "f5ebed64-0324-4a3e-9886-bfc5d787545f", "created_by_team": null}', '2026-11-27 08:55:06.909755+00', 0, NULL),
	(123, '995', 'order_item', '3010', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3010, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": 0.00, "order_id": 3010, "quantity": 1, "returned": 0, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "unit_price": 40.00, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "created_by_team": null, "product_item_id": 2}', '2026-11-27 08:55:06.909864+00', 0, NULL),
	(124, '995', 'order_item', '3011', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3011, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": 0.00, "order_id": 3011, "quantity": 1, "returned": 0, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "unit_price": 40.00, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "created_by_team": null, "product_item_id": 2}', '2026-11-27 08:55:06.909876+00', 0, NULL),
	(125, '995', 'order_item', '3012', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3012, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": 0.00, "order_id": 3012, "quantity": 1, "returned": 0, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "unit_price": 40.00, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "created_by_team": null, "product_item_id": 2}', '2026-11-27 08:55:06.909883+00', 0, NULL),
	(126, '995', 'order_item', '3013', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3013, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": 0.00, "order_id": 3013, "quantity": 1, "returned": 0, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "unit_price": 40.00, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "created_by_team": null, "product_item_id": 2}', '2026-11-27 08:55:06.909889+00', 0, NULL),
	(127, '995', 'order_item', '3014', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3014, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": 0.00, "order_id": 3014, "quantity": 1, "returned": 0, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "unit_price": 40.00, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "created_by_team": null, "product_item_id": 2}', '2026-11-27 08:55:06.909896+00', 0, NULL),
	(128, '995', 'order_item', '3015', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3015, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": 0.00, "order_id": 3015, "quantity": 1, "returned": 0, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "unit_price": 40.00, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "created_by_team": null, "product_item_id": 2}', '2026-11-27 08:55:06.909902+00', 0, NULL),
	(129, '995', 'orders', '3010', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3010, "status": "CONFIRMED", "paid_at": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.909938+00', 0, NULL),
	(130, '995', 'orders', '3011', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3011, "status": "CONFIRMED", "paid_at": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.909965+00', 0, NULL),
	(131, '995', 'orders', '3012', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3012, "status": "CONFIRMED", "paid_at": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.909971+00', 0, NULL),
	(132, '995', 'orders', '3013', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3013, "status": "CONFIRMED", "paid_at": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.909978+00', 0, NULL),
	(133, '995', 'orders', '3014', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3014, "status": "CONFIRMED", "paid_at": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.909984+00', 0, NULL),
	(134, '995', 'orders', '3015', 1, '637c5000-697c-4970-b24a-95d2c16b62e7', '637c5000-697c-4970-b24a-95d2c16b62e7', '{"id": 3015, "status": "CONFIRMED", "paid_at": null, "currency": "USD", "revision": 0, "sequence": 2, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "modified_on": "2026-11-27T08:55:06.880688+00:00", "row_version": 1, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.909991+00', 0, NULL),
	(135, '999', 'orders', '3015', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3015, "status": "PAID", "paid_at": "2026-11-27T08:55:06.937371+00:00", "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.942147+00', 0, NULL),
	(136, '999', 'orders', '3014', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3014, "status": "PAID", "paid_at": "2026-11-27T08:55:06.937439+00:00", "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.942201+00', 0, NULL),
	(137, '999', 'orders', '3013', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3013, "status": "PAID", "paid_at": "2026-11-27T08:55:06.93749+00:00", "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.942209+00', 0, NULL),
	(138, '999', 'orders', '3010', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3010, "status": "PAID", "paid_at": "2026-11-27T08:55:06.937505+00:00", "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.942217+00', 0, NULL),
	(139, '999', 'orders', '3011', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3011, "status": "PAID", "paid_at": "2026-11-27T08:55:06.937518+00:00", "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.942224+00', 0, NULL),
	(140, '999', 'orders', '3012', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3012, "status": "PAID", "paid_at": "2026-11-27T08:55:06.93753+00:00", "currency": "USD", "revision": 0, "sequence": 4, "placed_at": "2026-11-27T08:55:06.880688+00:00", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "cancelled_at": null, "cancel_reason": "", "extra_order_id": 0, "created_by_team": null}', '2026-11-27 08:55:06.942232+00', 0, NULL),
	(141, '999', 'payment', '3015', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3015, "amount": 40.00, "method": "CARD", "status": "PAID", "attempts": 1, "order_id": 3015, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "processed_at": "2026-11-27T08:55:06.937371+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "f5ebed64-0324-4a3e-9886-bfc5d787545f", "created_by_team": null}', '2026-11-27 08:55:06.942282+00', 0, NULL),
	(142, '999', 'payment', '3014', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3014, "amount": 40.00, "method": "CARD", "status": "PAID", "attempts": 1, "order_id": 3014, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "processed_at": "2026-11-27T08:55:06.937439+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "290500c1-55e1-4415-98fd-389baf4805d3", "created_by_team": null}', '2026-11-27 08:55:06.942293+00', 0, NULL),
	(143, '999', 'payment', '3013', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3013, "amount": 40.00, "method": "CARD", "status": "PAID", "attempts": 1, "order_id": 3013, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "processed_at": "2026-11-27T08:55:06.93749+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "f0b5955b-3f2f-4971-ad67-e70a604e2ba1", "created_by_team": null}', '2026-11-27 08:55:06.942301+00', 0, NULL),
	(144, '999', 'payment', '3010', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3010, "amount": 40.00, "method": "CARD", "status": "PAID", "attempts": 1, "order_id": 3010, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "processed_at": "2026-11-27T08:55:06.937505+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "16682c46-377e-4823-b292-878cfe4978d9", "created_by_team": null}', '2026-11-27 08:55:06.942309+00', 0, NULL),
	(145, '999', 'payment', '3011', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3011, "amount": 40.00, "method": "CARD", "status": "PAID", "attempts": 1, "order_id": 3011, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "processed_at": "2026-11-27T08:55:06.937518+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "919f3560-967d-43ec-9514-2714a80c1eb0", "created_by_team": null}', '2026-11-27 08:55:06.942316+00', 0, NULL),
	(146, '999', 'payment', '3012', 2, '637c5000-697c-4970-b24a-95d2c16b62e7', 'service:order', '{"id": 3012, "amount": 40.00, "method": "CARD", "status": "PAID", "attempts": 1, "order_id": 3012, "refunded": 0.00, "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "created_on": "2026-11-27T08:55:06.880688+00:00", "deleted_on": null, "is_deleted": false, "modified_by": "service:order", "modified_on": "2026-11-27T08:55:06.938417+00:00", "row_version": 2, "processed_at": "2026-11-27T08:55:06.93753+00:00", "waiting_token": "", "failure_reason": "", "transaction_id": "34bec44b-1486-4e2d-b64f-55b230cae9b2", "created_by_team": null}', '2026-11-27 08:55:06.942323+00', 0, NULL);


--
-- Data for Name: idempotency_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.idempotency_key VALUES
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#6a8f7bbd-04ad-4e22-9920-67e9fb694306', 'c5a63a5e387c4da638e43b207c767dd75579c1e6d61acadf699e4493d24b5115', '{"id":1000,"status":"CONFIRMED","currency":"USD","items":[{"id":1000,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":2,"unit_price":"40","discount":"20","returned":0}],"discounts":[{"code":"QUARTER","description":"25 % off","amount":"20"},{"code":"DOUBLE","description":"loyalty points times 2","amount":"0"}],"payment":{"transaction_id":"93d3113d-0b30-4f34-9995-44e2eed05d3f","method":"CARD","status":"PENDING","amount":"60.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:48.771252Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":3}', '2026-11-27 08:54:48.772271+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#358a42dd-d6ba-4646-8581-2f9d85afbd25', 'aeed326c759dda9ec523e1d694c516a7a95d887d2c63e58378042d50f7319104', '{"id":1001,"status":"CONFIRMED","currency":"USD","items":[{"id":1003,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"0de32144-37ac-4075-9de0-f8d6efe0e313","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:49.178890Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:54:49.187331+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#2172fedb-01a8-42ba-be86-9f67e2a6bc7e', '322b44e4c967e7189803f37ccd97fb201a81ca8c74618837241de892a3949463', '{"id":1002,"status":"CONFIRMED","currency":"USD","items":[{"id":1004,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":3,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"6de80649-5484-4742-ba93-f85a2cc98641","method":"CARD","status":"PENDING","amount":"120.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:49.417117Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:54:49.429556+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#816c2cf3-a059-4a56-9ea5-eac2d7ac4400', 'df3ef506726474a96d6d7b11057001d1a6cff976ff4d1520ad9acaaedf5e43d9', '{"id":1003,"status":"CONFIRMED","currency":"USD","items":[{"id":1005,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":3,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"b2e4ff6c-87a3-48ea-9f9b-36534556f8cd","method":"CARD","status":"PENDING","amount":"120.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:49.847255Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:54:49.848986+00'),
	('8ebda9e9-5d41-4fc7-ade2-443fc34bf483/RefundOrderRequest#c227a1ce-5a46-4dc8-8cd9-14fa025819c8', '527a6c4bd8fb6e55d4ab27844b1c76e3f6dda40189003a0998d9c21dd92b1099', '{"order":{"id":1003,"status":"SHIPPED","currency":"USD","items":[{"id":1005,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":3,"unit_price":"40.00","discount":"0.00","returned":1}],"discounts":[],"payment":{"transaction_id":"b2e4ff6c-87a3-48ea-9f9b-36534556f8cd","method":"CARD","status":"PAID","amount":"120.00","attempts":1,"processed_at":"2026-11-27T08:54:49.882594Z","failure_reason":"","refunded":"40.00"},"placed_at":"2026-11-27T08:54:49.847255Z","paid_at":"2026-11-27T08:54:49.882594Z","cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":4,"sequence":6},"refund_id":"b2e4ff6c-87a3-48ea-9f9b-36534556f8cd/1","amount":{"amount":"40.00","currency":"USD"},"by_provider":true}', '2026-11-27 08:54:50.219023+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#29f20231-63fe-4fda-921d-df4b06500971', '9d00d4a0f7dbc8ae720b33af8790afb59bd7e7d90b757801fe3e8c8b689a30e0', '{"id":1004,"status":"CONFIRMED","currency":"USD","items":[{"id":1006,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"e13924b5-2c1c-4088-85c2-59a917a70cc9","method":"CASH","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:50.331995Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:54:50.333039+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#507535b0-5488-4def-bbdb-6301da5c3c20', '187cc30609758a636f209656e00b0d3e1ec3169a54cef2a4fda5604a2df90abc', '{"id":1005,"status":"CONFIRMED","currency":"USD","items":[{"id":1007,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"10","returned":0}],"discounts":[{"code":"QUARTER","description":"25 % off","amount":"10"}],"payment":{"transaction_id":"40320411-7fc2-4ca2-88e0-f035f5173fea","method":"CARD","status":"PENDING","amount":"30.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:50.479525Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":3}', '2026-11-27 08:54:50.481314+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#0897cdbd-c330-4b23-bc8a-935801b9e8c0', 'd93fe14ddeb23622cbbe6dd2f6bc3613a0109540f09b82da7191645639b248fa', '{"id":1006,"status":"PENDING","currency":"USD","items":[{"id":1009,"product_item_id":3,"sku":"LAMP-RARE-RED-S","name":"Desk lamp rare","quantity":3,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"f380cf34-302f-434f-bf7a-f92bb2e6ec3d","method":"CARD","status":"PENDING","amount":"120.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:50.649087Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:54:50.650808+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#4711e9d0-1a51-439e-a1a1-5320ef6d8c0f', '29c0bd3846d226c4b4f7c80c1e11a5f3d2bf0ceef27920a53186f7711b0d79e0', '{"id":1007,"status":"CONFIRMED","currency":"USD","items":[{"id":1010,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"43847caa-38d8-4065-b126-0d6191c9c869","method":"CASH","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:50.687733Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:54:50.690166+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#76f65fee-982c-4581-8c06-cf9a2549238d', 'de76ccc991ae95d7ac9f6014b58c71001091498e5b30fd32a81da344826fd08a', '{"id":2000,"status":"CONFIRMED","currency":"USD","items":[{"id":2000,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"5f02e85f-3bd3-4014-a7e8-bf6062f8552d","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:59.434374Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:54:59.435343+00'),
	('0c8e6c4e-fc8d-4be4-8d61-523d835aae26/CreateOrderRequest#0a5b529e-f467-4678-b941-92e574bc684b', '01558dcdb4e40e0cee915969102be39d14f1cf8888b59c2dfc8af7b23db892ed', '{"id":2001,"status":"CONFIRMED","currency":"USD","items":[{"id":2001,"product_item_id":1,"sku":"LAMP-RELEASED-RED-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"070d1cbf-8dda-4b0e-9112-e210501ccde8","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:54:59.534348Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"0c8e6c4e-fc8d-4be4-8d61-523d835aae26","row_version":1,"sequence":2}', '2026-11-27 08:54:59.563245+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#1dd79809-6c09-4697-824f-baa355774d7e', 'e5a3f2b339ac2c69eb5c041859399c1574e77b8de0cb41ad9231545dbd5b2d18', '{"id":3000,"status":"CONFIRMED","currency":"USD","items":[{"id":3000,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"3f9ade63-e314-48af-b92e-f700b4cb8a62","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.584629Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.586523+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#b5d6f8cd-9af5-4749-97cb-eb1343fa1fb1', 'b6caac154819a2e509b847c1ad8820930290b17dd27a3f97f1d67b71a8e56b3b', '{"id":3001,"status":"CONFIRMED","currency":"USD","items":[{"id":3001,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"bb40444c-c30b-4b69-9a1d-0f5cb1f4788d","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.584629Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.586523+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#deab1030-d86b-4837-b152-632046264940', '4b9fe38b509835b79d5d17c4a13b8e45c0ddc42a42c89f06cf6978cf9fe55375', '{"id":3002,"status":"CONFIRMED","currency":"USD","items":[{"id":3002,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"128cac82-9f81-410c-b7b1-c5a00d6ea2bd","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.653374Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.656399+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#3134965f-9f99-4823-a78f-ff12c13abbb0', '414474b61fed8a80b4ab02e76ab70a33b808b29f5ea9aebefc6507067e7f26fa', '{"id":3003,"status":"CONFIRMED","currency":"USD","items":[{"id":3003,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"661c91fc-7dd0-4139-9f05-f89b03aa53b9","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.653374Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.656399+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#27fd69e0-88c1-4f0e-8e05-a1f4aa652f55', '7d1bbd4e3fb207d4059985f62d0ca77bded9b3e3afd7da6e8c28cf384b8664f0', '{"id":3004,"status":"CONFIRMED","currency":"USD","items":[{"id":3004,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"a2ff902b-99b1-4578-a97a-c00cd41d3958","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.653374Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.656399+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#39530f05-9a2e-49f0-bb49-3de14e15a369', 'b206929edf47380cc631fde29104d1178648bb3a15e59144ed6089beee0f90bd', '{"id":3005,"status":"CONFIRMED","currency":"USD","items":[{"id":3005,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"8382358d-1829-4c0e-87f9-b3848aa800f1","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.653374Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.656399+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#5c234daa-694b-4edb-96fb-edf3fb8e629f', '137019b69134cac9f73e7e5a8a1b48a054885ffc704a858dc9d43eb18fb5ea0d', '{"id":3006,"status":"CONFIRMED","currency":"USD","items":[{"id":3006,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"4443327e-0864-4600-b795-e0d3015432f3","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.653374Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.656399+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#cd5ad1a7-3cd2-480a-b8c8-d248e852c417', '1cb82cb6114982a3ac896a5f711a731fd3baf834a85b9683ffef08de6b2c73df', '{"id":3007,"status":"CONFIRMED","currency":"USD","items":[{"id":3007,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"5ccbffab-b1a5-4775-af0a-f2db4c981b80","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.653374Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.656399+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#3cbefc4c-a801-4746-805d-9e31317c043e', '7fada6b11d1fbf92217f3bb5d9cf063581c564b6ec3926e573630868bd28a3c9', '{"id":3008,"status":"CONFIRMED","currency":"USD","items":[{"id":3008,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"774e8717-f69d-4382-b1fc-2eebae5bd7dd","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.841764Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.843821+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#ef61351b-540d-4c07-8f91-428c84729621', '16b113715fccac832abb2587f1a133965f4d47846ed54bc3a47d804612097d74', '{"id":3009,"status":"CONFIRMED","currency":"USD","items":[{"id":3009,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"37e3139e-4e92-456c-a61a-45f59e0db756","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.841764Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.843821+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#4a723ef8-a006-478d-85a6-39c23394c4f8', '075619f69ea69575514adaad24f80cbe088e4261e16c894e007d07f9fe125905', '{"id":3010,"status":"CONFIRMED","currency":"USD","items":[{"id":3010,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"16682c46-377e-4823-b292-878cfe4978d9","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.880688Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.907927+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#83d638c4-6599-415c-860a-8bd20bf362ad', '2ccadc5064e3ec058aea43775834df7d69d0902b15f5ade8a33d3441dd358dd3', '{"id":3011,"status":"CONFIRMED","currency":"USD","items":[{"id":3011,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"919f3560-967d-43ec-9514-2714a80c1eb0","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.880688Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.907927+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#a0240e41-0f23-4fe5-86d7-1eb627b86378', '15b06feff470207eccec3dbe0b669c6527358ca5e19871150a7e8d587e603dbd', '{"id":3012,"status":"CONFIRMED","currency":"USD","items":[{"id":3012,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"34bec44b-1486-4e2d-b64f-55b230cae9b2","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.880688Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.907927+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#1bb3e4cb-1c8d-4201-a02c-cd6657bfa200', '01ba3a4d128d946efd15fcdb7a188c0c1184c0280d8122eb565e916c96e997f3', '{"id":3013,"status":"CONFIRMED","currency":"USD","items":[{"id":3013,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"f0b5955b-3f2f-4971-ad67-e70a604e2ba1","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.880688Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.907927+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#fcf00dcd-5f72-4b8b-8454-9fddf1dd7d21', 'de471c476ef781d5c449c03453363a4d47a885d648935e2ddfe5c8cfc491ba67', '{"id":3014,"status":"CONFIRMED","currency":"USD","items":[{"id":3014,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"290500c1-55e1-4415-98fd-389baf4805d3","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.880688Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.907927+00'),
	('637c5000-697c-4970-b24a-95d2c16b62e7/CreateOrderRequest#1310c0f7-df20-4334-afd6-5e4a51b8fd66', '58796ce72fe65542b0e310bc9243c2a97256f789a7f0b64f6a7a8c29780ccc76', '{"id":3015,"status":"CONFIRMED","currency":"USD","items":[{"id":3015,"product_item_id":2,"sku":"LAMP-RELEASED-BLUE-S","name":"Desk lamp released","quantity":1,"unit_price":"40","discount":"0.00","returned":0}],"discounts":[],"payment":{"transaction_id":"f5ebed64-0324-4a3e-9886-bfc5d787545f","method":"CARD","status":"PENDING","amount":"40.00","attempts":0,"processed_at":null,"failure_reason":"","refunded":"0.00"},"placed_at":"2026-11-27T08:55:06.880688Z","paid_at":null,"cancelled_at":null,"cancel_reason":"","created_by":"637c5000-697c-4970-b24a-95d2c16b62e7","row_version":1,"sequence":2}', '2026-11-27 08:55:06.907927+00');


--
-- Data for Name: inbox; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: job; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.job VALUES
	(1000, 'charge', '93d3113d-0b30-4f34-9995-44e2eed05d3f', '{"token": "tok_ok", "amount": "60.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/6a8f7bbd-04ad-4e22-9920-67e9fb694306", "order_id": 1000, "hold_until": "2026-11-27T09:09:48.730834+00:00", "transaction_id": "93d3113d-0b30-4f34-9995-44e2eed05d3f"}', 'DONE', 1, '2026-11-27 08:54:48.901841+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:48.772271+00'),
	(1001, 'commit_stock', '1000/93d3113d-0b30-4f34-9995-44e2eed05d3f', '{"order_id": 1000}', 'DONE', 1, '2026-11-27 08:54:48.993593+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:48.901841+00'),
	(1002, 'charge', '0de32144-37ac-4075-9de0-f8d6efe0e313', '{"token": "tok_declined", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/358a42dd-d6ba-4646-8581-2f9d85afbd25", "order_id": 1001, "hold_until": "2026-11-27T09:09:49.168525+00:00", "transaction_id": "0de32144-37ac-4075-9de0-f8d6efe0e313"}', 'DONE', 1, '2026-11-27 08:54:49.233556+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:49.187331+00'),
	(1003, 'release_stock', '1001/0de32144-37ac-4075-9de0-f8d6efe0e313', '{"order_id": 1001}', 'DONE', 1, '2026-11-27 08:54:49.28106+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:49.233556+00'),
	(1004, 'charge', '6de80649-5484-4742-ba93-f85a2cc98641', '{"token": "tok_ok", "amount": "120.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/2172fedb-01a8-42ba-be86-9f67e2a6bc7e", "order_id": 1002, "hold_until": "2026-11-27T09:09:49.402600+00:00", "transaction_id": "6de80649-5484-4742-ba93-f85a2cc98641"}', 'DONE', 1, '2026-11-27 08:54:49.449785+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:49.429556+00'),
	(1005, 'commit_stock', '1002/6de80649-5484-4742-ba93-f85a2cc98641', '{"order_id": 1002}', 'DONE', 1, '2026-11-27 08:54:49.496061+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:49.449785+00'),
	(1006, 'charge', 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd', '{"token": "tok_ok", "amount": "120.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/816c2cf3-a059-4a56-9ea5-eac2d7ac4400", "order_id": 1003, "hold_until": "2026-11-27T09:09:49.828241+00:00", "transaction_id": "b2e4ff6c-87a3-48ea-9f9b-36534556f8cd"}', 'DONE', 1, '2026-11-27 08:54:49.883644+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:49.848986+00'),
	(1007, 'commit_stock', '1003/b2e4ff6c-87a3-48ea-9f9b-36534556f8cd', '{"order_id": 1003}', 'DONE', 1, '2026-11-27 08:54:49.928126+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:49.883644+00'),
	(1009, 'restock', 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd/1', '{"lines": [[1, 1]], "order_id": 1003}', 'DONE', 1, '2026-11-27 08:54:50.314798+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:50.219023+00'),
	(1010, 'commit_stock', '1004/e13924b5-2c1c-4088-85c2-59a917a70cc9', '{"order_id": 1004}', 'DONE', 1, '2026-11-27 08:54:50.397361+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:50.333039+00'),
	(1011, 'charge', '40320411-7fc2-4ca2-88e0-f035f5173fea', '{"token": "tok_ok", "amount": "30.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/507535b0-5488-4def-bbdb-6301da5c3c20", "order_id": 1005, "hold_until": "2026-11-27T09:09:50.434067+00:00", "transaction_id": "40320411-7fc2-4ca2-88e0-f035f5173fea"}', 'DONE', 1, '2026-11-27 08:54:50.504256+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:50.481314+00'),
	(1012, 'commit_stock', '1005/40320411-7fc2-4ca2-88e0-f035f5173fea', '{"order_id": 1005}', 'DONE', 1, '2026-11-27 08:54:50.530005+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:50.504256+00'),
	(1013, 'return_money', '40320411-7fc2-4ca2-88e0-f035f5173fea/1', '{"amount": "30.00", "reason": "too dear", "currency": "USD", "order_id": 1005, "refund_id": "40320411-7fc2-4ca2-88e0-f035f5173fea/1", "transaction_id": "40320411-7fc2-4ca2-88e0-f035f5173fea"}', 'DONE', 1, '2026-11-27 08:54:50.589861+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:50.563488+00'),
	(1014, 'release_stock', '1005/40320411-7fc2-4ca2-88e0-f035f5173fea', '{"order_id": 1005}', 'DONE', 1, '2026-11-27 08:54:50.624514+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:50.563488+00'),
	(1015, 'commit_stock', '1007/43847caa-38d8-4065-b126-0d6191c9c869', '{"order_id": 1007}', 'DONE', 1, '2026-11-27 08:54:50.729525+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:50.690166+00'),
	(2000, 'charge', '5f02e85f-3bd3-4014-a7e8-bf6062f8552d', '{"token": "tok_flaky_2", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/76f65fee-982c-4581-8c06-cf9a2549238d", "order_id": 2000, "hold_until": "2026-11-27T09:09:59.417661+00:00", "transaction_id": "5f02e85f-3bd3-4014-a7e8-bf6062f8552d"}', 'READY', 1, '2026-11-27 08:55:22.056184+00', NULL, 'the payment provider does not answer; charge the same transaction again', NULL, NULL, 0, '2026-11-27 08:54:59.435343+00'),
	(2001, 'charge', '070d1cbf-8dda-4b0e-9112-e210501ccde8', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "0c8e6c4e-fc8d-4be4-8d61-523d835aae26/0a5b529e-f467-4678-b941-92e574bc684b", "order_id": 2001, "hold_until": "2026-11-27T09:09:59.514094+00:00", "transaction_id": "070d1cbf-8dda-4b0e-9112-e210501ccde8"}', 'RUNNING', 1, '2026-11-27 08:55:19.563245+00', '4a84a40e73e5436ea1c7f998ecdbae4b', NULL, NULL, NULL, 0, '2026-11-27 08:54:59.563245+00'),
	(1008, 'return_money', 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd/1', '{"amount": "40.00", "reason": "broken", "currency": "USD", "order_id": 1003, "refund_id": "b2e4ff6c-87a3-48ea-9f9b-36534556f8cd/1", "transaction_id": "b2e4ff6c-87a3-48ea-9f9b-36534556f8cd"}', 'DONE', 1, '2026-11-27 08:55:06.455884+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:54:50.219023+00'),
	(3000, 'charge', '3f9ade63-e314-48af-b92e-f700b4cb8a62', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/1dd79809-6c09-4697-824f-baa355774d7e", "order_id": 3000, "hold_until": "2026-11-27T09:10:06.544551+00:00", "transaction_id": "3f9ade63-e314-48af-b92e-f700b4cb8a62"}', 'DONE', 1, '2026-11-27 08:55:06.681681+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.586523+00'),
	(3001, 'charge', 'bb40444c-c30b-4b69-9a1d-0f5cb1f4788d', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/b5d6f8cd-9af5-4749-97cb-eb1343fa1fb1", "order_id": 3001, "hold_until": "2026-11-27T09:10:06.544551+00:00", "transaction_id": "bb40444c-c30b-4b69-9a1d-0f5cb1f4788d"}', 'DONE', 1, '2026-11-27 08:55:06.681681+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.586523+00'),
	(3004, 'charge', 'a2ff902b-99b1-4578-a97a-c00cd41d3958', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/27fd69e0-88c1-4f0e-8e05-a1f4aa652f55", "order_id": 3004, "hold_until": "2026-11-27T09:10:06.581139+00:00", "transaction_id": "a2ff902b-99b1-4578-a97a-c00cd41d3958"}', 'DONE', 1, '2026-11-27 08:55:06.697567+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.656399+00'),
	(3002, 'charge', '128cac82-9f81-410c-b7b1-c5a00d6ea2bd', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/deab1030-d86b-4837-b152-632046264940", "order_id": 3002, "hold_until": "2026-11-27T09:10:06.581139+00:00", "transaction_id": "128cac82-9f81-410c-b7b1-c5a00d6ea2bd"}', 'DONE', 1, '2026-11-27 08:55:06.697567+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.656399+00'),
	(3003, 'charge', '661c91fc-7dd0-4139-9f05-f89b03aa53b9', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/3134965f-9f99-4823-a78f-ff12c13abbb0", "order_id": 3003, "hold_until": "2026-11-27T09:10:06.581139+00:00", "transaction_id": "661c91fc-7dd0-4139-9f05-f89b03aa53b9"}', 'DONE', 1, '2026-11-27 08:55:06.697567+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.656399+00'),
	(3007, 'charge', '5ccbffab-b1a5-4775-af0a-f2db4c981b80', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/cd5ad1a7-3cd2-480a-b8c8-d248e852c417", "order_id": 3007, "hold_until": "2026-11-27T09:10:06.621356+00:00", "transaction_id": "5ccbffab-b1a5-4775-af0a-f2db4c981b80"}', 'DONE', 1, '2026-11-27 08:55:06.697567+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.656399+00'),
	(3006, 'charge', '4443327e-0864-4600-b795-e0d3015432f3', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/5c234daa-694b-4edb-96fb-edf3fb8e629f", "order_id": 3006, "hold_until": "2026-11-27T09:10:06.581139+00:00", "transaction_id": "4443327e-0864-4600-b795-e0d3015432f3"}', 'DONE', 1, '2026-11-27 08:55:06.697567+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.656399+00'),
	(3005, 'charge', '8382358d-1829-4c0e-87f9-b3848aa800f1', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/39530f05-9a2e-49f0-bb49-3de14e15a369", "order_id": 3005, "hold_until": "2026-11-27T09:10:06.581139+00:00", "transaction_id": "8382358d-1829-4c0e-87f9-b3848aa800f1"}', 'DONE', 1, '2026-11-27 08:55:06.697567+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.656399+00'),
	(3010, 'commit_stock', '3004/a2ff902b-99b1-4578-a97a-c00cd41d3958', '{"order_id": 3004}', 'RUNNING', 1, '2026-11-27 08:55:26.697567+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.697567+00'),
	(3011, 'commit_stock', '3002/128cac82-9f81-410c-b7b1-c5a00d6ea2bd', '{"order_id": 3002}', 'RUNNING', 1, '2026-11-27 08:55:26.697567+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.697567+00'),
	(3012, 'commit_stock', '3003/661c91fc-7dd0-4139-9f05-f89b03aa53b9', '{"order_id": 3003}', 'RUNNING', 1, '2026-11-27 08:55:26.697567+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.697567+00'),
	(3013, 'commit_stock', '3007/5ccbffab-b1a5-4775-af0a-f2db4c981b80', '{"order_id": 3007}', 'RUNNING', 1, '2026-11-27 08:55:26.697567+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.697567+00'),
	(3014, 'commit_stock', '3006/4443327e-0864-4600-b795-e0d3015432f3', '{"order_id": 3006}', 'RUNNING', 1, '2026-11-27 08:55:26.697567+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.697567+00'),
	(3015, 'commit_stock', '3005/8382358d-1829-4c0e-87f9-b3848aa800f1', '{"order_id": 3005}', 'RUNNING', 1, '2026-11-27 08:55:26.697567+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.697567+00'),
	(3008, 'commit_stock', '3000/3f9ade63-e314-48af-b92e-f700b4cb8a62', '{"order_id": 3000}', 'DONE', 1, '2026-11-27 08:55:06.814186+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.681681+00'),
	(3009, 'commit_stock', '3001/bb40444c-c30b-4b69-9a1d-0f5cb1f4788d', '{"order_id": 3001}', 'DONE', 1, '2026-11-27 08:55:06.814186+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.681681+00'),
	(3016, 'charge', '774e8717-f69d-4382-b1fc-2eebae5bd7dd', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/3cbefc4c-a801-4746-805d-9e31317c043e", "order_id": 3008, "hold_until": "2026-11-27T09:10:06.817175+00:00", "transaction_id": "774e8717-f69d-4382-b1fc-2eebae5bd7dd"}', 'DONE', 1, '2026-11-27 08:55:06.861524+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.843821+00'),
	(3017, 'charge', '37e3139e-4e92-456c-a61a-45f59e0db756', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/ef61351b-540d-4c07-8f91-428c84729621", "order_id": 3009, "hold_until": "2026-11-27T09:10:06.817175+00:00", "transaction_id": "37e3139e-4e92-456c-a61a-45f59e0db756"}', 'DONE', 1, '2026-11-27 08:55:06.861524+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.843821+00'),
	(3018, 'commit_stock', '3008/774e8717-f69d-4382-b1fc-2eebae5bd7dd', '{"order_id": 3008}', 'RUNNING', 1, '2026-11-27 08:55:26.861524+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.861524+00'),
	(3019, 'commit_stock', '3009/37e3139e-4e92-456c-a61a-45f59e0db756', '{"order_id": 3009}', 'RUNNING', 1, '2026-11-27 08:55:26.861524+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.861524+00'),
	(3020, 'charge', '16682c46-377e-4823-b292-878cfe4978d9', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/4a723ef8-a006-478d-85a6-39c23394c4f8", "order_id": 3010, "hold_until": "2026-11-27T09:10:06.844076+00:00", "transaction_id": "16682c46-377e-4823-b292-878cfe4978d9"}', 'DONE', 1, '2026-11-27 08:55:06.938417+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.907927+00'),
	(3021, 'charge', '919f3560-967d-43ec-9514-2714a80c1eb0', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/83d638c4-6599-415c-860a-8bd20bf362ad", "order_id": 3011, "hold_until": "2026-11-27T09:10:06.844076+00:00", "transaction_id": "919f3560-967d-43ec-9514-2714a80c1eb0"}', 'DONE', 1, '2026-11-27 08:55:06.938417+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.907927+00'),
	(3026, 'commit_stock', '3015/f5ebed64-0324-4a3e-9886-bfc5d787545f', '{"order_id": 3015}', 'RUNNING', 1, '2026-11-27 08:55:26.938417+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.938417+00'),
	(3027, 'commit_stock', '3014/290500c1-55e1-4415-98fd-389baf4805d3', '{"order_id": 3014}', 'RUNNING', 1, '2026-11-27 08:55:26.938417+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.938417+00'),
	(3025, 'charge', 'f5ebed64-0324-4a3e-9886-bfc5d787545f', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/1310c0f7-df20-4334-afd6-5e4a51b8fd66", "order_id": 3015, "hold_until": "2026-11-27T09:10:06.844076+00:00", "transaction_id": "f5ebed64-0324-4a3e-9886-bfc5d787545f"}', 'DONE', 1, '2026-11-27 08:55:06.938417+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.907927+00'),
	(3024, 'charge', '290500c1-55e1-4415-98fd-389baf4805d3', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/fcf00dcd-5f72-4b8b-8454-9fddf1dd7d21", "order_id": 3014, "hold_until": "2026-11-27T09:10:06.844076+00:00", "transaction_id": "290500c1-55e1-4415-98fd-389baf4805d3"}', 'DONE', 1, '2026-11-27 08:55:06.938417+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.907927+00'),
	(3023, 'charge', 'f0b5955b-3f2f-4971-ad67-e70a604e2ba1', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/1bb3e4cb-1c8d-4201-a02c-cd6657bfa200", "order_id": 3013, "hold_until": "2026-11-27T09:10:06.844076+00:00", "transaction_id": "f0b5955b-3f2f-4971-ad67-e70a604e2ba1"}', 'DONE', 1, '2026-11-27 08:55:06.938417+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.907927+00'),
	(3022, 'charge', '34bec44b-1486-4e2d-b64f-55b230cae9b2', '{"token": "tok_ok", "amount": "40.00", "method": "CARD", "currency": "USD", "hold_key": "637c5000-697c-4970-b24a-95d2c16b62e7/a0240e41-0f23-4fe5-86d7-1eb627b86378", "order_id": 3012, "hold_until": "2026-11-27T09:10:06.844076+00:00", "transaction_id": "34bec44b-1486-4e2d-b64f-55b230cae9b2"}', 'DONE', 1, '2026-11-27 08:55:06.938417+00', NULL, NULL, NULL, NULL, 0, '2026-11-27 08:55:06.907927+00'),
	(3028, 'commit_stock', '3013/f0b5955b-3f2f-4971-ad67-e70a604e2ba1', '{"order_id": 3013}', 'RUNNING', 1, '2026-11-27 08:55:26.938417+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.938417+00'),
	(3029, 'commit_stock', '3010/16682c46-377e-4823-b292-878cfe4978d9', '{"order_id": 3010}', 'RUNNING', 1, '2026-11-27 08:55:26.938417+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.938417+00'),
	(3030, 'commit_stock', '3011/919f3560-967d-43ec-9514-2714a80c1eb0', '{"order_id": 3011}', 'RUNNING', 1, '2026-11-27 08:55:26.938417+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.938417+00'),
	(3031, 'commit_stock', '3012/34bec44b-1486-4e2d-b64f-55b230cae9b2', '{"order_id": 3012}', 'RUNNING', 1, '2026-11-27 08:55:26.938417+00', 'aa5727a26460489fb2c7252c19e4a0af', NULL, NULL, NULL, 0, '2026-11-27 08:55:06.938417+00');


--
-- Data for Name: order_discount; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_discount VALUES
	(1001, 1000, 'QUARTER', '25 % off', 20.00, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1002, 1000, 'DOUBLE', 'loyalty points times 2', 0.00, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1008, 1005, 'QUARTER', '25 % off', 10.00, '2026-11-27 08:54:50.479525+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.479525+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1);


--
-- Data for Name: order_item; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_item VALUES
	(1000, 1000, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 2, 40.00, 20.00, 0, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1003, 1001, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:54:49.17889+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.17889+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1004, 1002, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 3, 40.00, 0.00, 0, '2026-11-27 08:54:49.417117+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.417117+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1005, 1003, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 3, 40.00, 0.00, 1, '2026-11-27 08:54:49.847255+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.219023+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 4),
	(1006, 1004, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:54:50.331995+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.331995+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1007, 1005, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 10.00, 0, '2026-11-27 08:54:50.479525+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.479525+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1009, 1006, 3, 'LAMP-RARE-RED-S', 'Desk lamp rare', 3, 40.00, 0.00, 0, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1010, 1007, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(2000, 2000, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:54:59.434374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:59.434374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(2001, 2001, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', NULL, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', false, NULL, 1),
	(3000, 3000, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3001, 3001, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3002, 3002, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3003, 3003, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3004, 3004, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3005, 3005, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3006, 3006, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3007, 3007, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3008, 3008, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.841764+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.841764+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3009, 3009, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.841764+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.841764+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3010, 3010, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3011, 3011, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3012, 3012, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3013, 3013, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3014, 3014, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(3015, 3015, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1);


--
-- Data for Name: orders; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders VALUES
	(1000, 'PAID', 'USD', '2026-11-27 08:54:48.771252+00', '2026-11-27 08:54:48.90009+00', NULL, '', 5, 0, 0, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.901841+00', 'service:order', false, NULL, 2),
	(1001, 'FAILED', 'USD', '2026-11-27 08:54:49.17889+00', NULL, NULL, '', 4, 0, 0, '2026-11-27 08:54:49.17889+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.233556+00', 'service:order', false, NULL, 2),
	(1002, 'SHIPPED', 'USD', '2026-11-27 08:54:49.417117+00', '2026-11-27 08:54:49.447485+00', NULL, '', 5, 0, 0, '2026-11-27 08:54:49.417117+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.701535+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 3),
	(1003, 'SHIPPED', 'USD', '2026-11-27 08:54:49.847255+00', '2026-11-27 08:54:49.882594+00', NULL, '', 7, 0, 0, '2026-11-27 08:54:49.847255+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.290045+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 5),
	(1004, 'DELIVERED', 'USD', '2026-11-27 08:54:50.331995+00', '2026-11-27 08:54:50.418853+00', NULL, '', 4, 0, 0, '2026-11-27 08:54:50.331995+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.416595+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 3),
	(1005, 'CANCELLED', 'USD', '2026-11-27 08:54:50.479525+00', '2026-11-27 08:54:50.50312+00', '2026-11-27 08:54:50.566705+00', 'too dear', 8, 0, 0, '2026-11-27 08:54:50.479525+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.589861+00', 'service:order', false, NULL, 5),
	(1006, 'PENDING', 'USD', '2026-11-27 08:54:50.649087+00', NULL, NULL, '', 2, 0, 0, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1007, 'CONFIRMED', 'USD', '2026-11-27 08:54:50.687733+00', NULL, NULL, '', 2, 0, 0, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(2000, 'CONFIRMED', 'USD', '2026-11-27 08:54:59.434374+00', NULL, NULL, '', 3, 0, 0, '2026-11-27 08:54:59.434374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:59.52413+00', 'service:order', false, NULL, 2),
	(2001, 'CONFIRMED', 'USD', '2026-11-27 08:54:59.534348+00', NULL, NULL, '', 2, 0, 0, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', NULL, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', false, NULL, 1),
	(3000, 'PAID', 'USD', '2026-11-27 08:55:06.584629+00', '2026-11-27 08:55:06.668079+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.681681+00', 'service:order', false, NULL, 2),
	(3001, 'PAID', 'USD', '2026-11-27 08:55:06.584629+00', '2026-11-27 08:55:06.668147+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.681681+00', 'service:order', false, NULL, 2),
	(3004, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.693871+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3002, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.693951+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3003, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.693969+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3007, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.693984+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3006, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.694001+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3005, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.694017+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3008, 'PAID', 'USD', '2026-11-27 08:55:06.841764+00', '2026-11-27 08:55:06.854501+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.841764+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.861524+00', 'service:order', false, NULL, 2),
	(3009, 'PAID', 'USD', '2026-11-27 08:55:06.841764+00', '2026-11-27 08:55:06.854564+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.841764+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.861524+00', 'service:order', false, NULL, 2),
	(3015, 'PAID', 'USD', '2026-11-27 08:55:06.880688+00', '2026-11-27 08:55:06.937371+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3014, 'PAID', 'USD', '2026-11-27 08:55:06.880688+00', '2026-11-27 08:55:06.937439+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3013, 'PAID', 'USD', '2026-11-27 08:55:06.880688+00', '2026-11-27 08:55:06.93749+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3010, 'PAID', 'USD', '2026-11-27 08:55:06.880688+00', '2026-11-27 08:55:06.937505+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3011, 'PAID', 'USD', '2026-11-27 08:55:06.880688+00', '2026-11-27 08:55:06.937518+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3012, 'PAID', 'USD', '2026-11-27 08:55:06.880688+00', '2026-11-27 08:55:06.93753+00', NULL, '', 4, 0, 0, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2);


--
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES
	(1, 1, 'order_created', 1000, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.771252+00', '{"order": {"id": 1000, "items": [{"id": 1000, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "20", "quantity": 2, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "60.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "93d3113d-0b30-4f34-9995-44e2eed05d3f"}, "currency": "USD", "sequence": 1, "discounts": [{"code": "QUARTER", "amount": "20", "description": "25 % off"}, {"code": "DOUBLE", "amount": "0", "description": "loyalty points times 2"}], "placed_at": "2026-11-27T08:54:48.771252Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(2, 2, 'order_created_with_incentive', 1000, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.771252+00', '{"currency": "USD", "discounts": [{"code": "QUARTER", "amount": "20", "description": "25 % off"}, {"code": "DOUBLE", "amount": "0", "description": "loyalty points times 2"}], "sub_total": "80.00", "total_amount": "60.00", "discount_total": "20.00"}'),
	(3, 3, 'inventory_status', 1000, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.771252+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 98, "product_item_id": 1}]}'),
	(4, 4, 'payment_attempt', 1000, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.90009+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(5, 5, 'order_status_changed', 1000, 5, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.90009+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 1000, "items": [{"id": 1000, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "20", "quantity": 2, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "PAID", "paid_at": "2026-11-27T08:54:48.900090Z", "payment": {"amount": "60.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:54:48.900090Z", "failure_reason": "", "transaction_id": "93d3113d-0b30-4f34-9995-44e2eed05d3f"}, "currency": "USD", "sequence": 5, "discounts": [{"code": "QUARTER", "amount": "20", "description": "25 % off"}, {"code": "DOUBLE", "amount": "0", "description": "loyalty points times 2"}], "placed_at": "2026-11-27T08:54:48.771252Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(6, 6, 'order_created', 1001, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.17889+00', '{"order": {"id": 1001, "items": [{"id": 1003, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "0de32144-37ac-4075-9de0-f8d6efe0e313"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:54:49.178890Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(7, 7, 'inventory_status', 1001, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.17889+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 97, "product_item_id": 1}]}'),
	(8, 8, 'payment_attempt', 1001, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.232161+00', '{"number": 1, "outcome": "REFUSED", "next_attempt_time": null}'),
	(9, 9, 'order_status_changed', 1001, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.232161+00', '{"to": "FAILED", "from": "CONFIRMED", "order": {"id": 1001, "items": [{"id": 1003, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "FAILED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "FAILED", "attempts": 1, "refunded": "0.00", "processed_at": null, "failure_reason": "the card was declined", "transaction_id": "0de32144-37ac-4075-9de0-f8d6efe0e313"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:54:49.178890Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(19, 19, 'order_status_changed', 1003, 5, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.162028+00', '{"to": "SHIPPED", "from": "PAID", "order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 3, "returned": 0, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": "2026-11-27T08:54:49.882594Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:54:49.882594Z", "failure_reason": "", "transaction_id": "b2e4ff6c-87a3-48ea-9f9b-36534556f8cd"}, "currency": "USD", "sequence": 5, "discounts": [], "placed_at": "2026-11-27T08:54:49.847255Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 3, "cancelled_at": null, "cancel_reason": ""}}'),
	(40, 40, 'payment_attempt', 2000, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:59.522654+00', '{"number": 1, "outcome": "TRANSIENT", "next_attempt_time": "2026-11-27T08:55:22.054708Z"}'),
	(10, 10, 'order_created', 1002, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.417117+00', '{"order": {"id": 1002, "items": [{"id": 1004, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 3, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "120.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "6de80649-5484-4742-ba93-f85a2cc98641"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:54:49.417117Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(11, 11, 'inventory_status', 1002, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.417117+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 95, "product_item_id": 1}]}'),
	(12, 12, 'payment_attempt', 1002, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.447485+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(13, 13, 'order_status_changed', 1002, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.447485+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 1002, "items": [{"id": 1004, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 3, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "PAID", "paid_at": "2026-11-27T08:54:49.447485Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:54:49.447485Z", "failure_reason": "", "transaction_id": "6de80649-5484-4742-ba93-f85a2cc98641"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:54:49.417117Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(14, 14, 'order_status_changed', 1002, 5, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.762245+00', '{"to": "SHIPPED", "from": "PAID", "order": {"id": 1002, "items": [{"id": 1004, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 3, "returned": 0, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": "2026-11-27T08:54:49.447485Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:54:49.447485Z", "failure_reason": "", "transaction_id": "6de80649-5484-4742-ba93-f85a2cc98641"}, "currency": "USD", "sequence": 5, "discounts": [], "placed_at": "2026-11-27T08:54:49.417117Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 3, "cancelled_at": null, "cancel_reason": ""}}'),
	(15, 15, 'order_created', 1003, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.847255+00', '{"order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 3, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "120.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "b2e4ff6c-87a3-48ea-9f9b-36534556f8cd"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:54:49.847255Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(16, 16, 'inventory_status', 1003, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.847255+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 92, "product_item_id": 1}]}'),
	(17, 17, 'payment_attempt', 1003, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.882594+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(18, 18, 'order_status_changed', 1003, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.882594+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 3, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "PAID", "paid_at": "2026-11-27T08:54:49.882594Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:54:49.882594Z", "failure_reason": "", "transaction_id": "b2e4ff6c-87a3-48ea-9f9b-36534556f8cd"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:54:49.847255Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(20, 20, 'payment_refund', 1003, 6, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.249913+00', '{"order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 3, "returned": 1, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": "2026-11-27T08:54:49.882594Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "40.00", "processed_at": "2026-11-27T08:54:49.882594Z", "failure_reason": "", "transaction_id": "b2e4ff6c-87a3-48ea-9f9b-36534556f8cd"}, "currency": "USD", "sequence": 6, "discounts": [], "placed_at": "2026-11-27T08:54:49.847255Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 4, "cancelled_at": null, "cancel_reason": ""}, "state": "PROMISED", "amount": "40.00", "currency": "USD"}'),
	(21, 21, 'payment_refund', 1003, 7, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.294086+00', '{"order": {"id": 1003, "items": [{"id": 1005, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 3, "returned": 1, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": "2026-11-27T08:54:49.882594Z", "payment": {"amount": "120.00", "method": "CARD", "status": "PARTIALLY_REFUNDED", "attempts": 1, "refunded": "40.00", "processed_at": "2026-11-27T08:54:50.294086Z", "failure_reason": "", "transaction_id": "b2e4ff6c-87a3-48ea-9f9b-36534556f8cd"}, "currency": "USD", "sequence": 7, "discounts": [], "placed_at": "2026-11-27T08:54:49.847255Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 5, "cancelled_at": null, "cancel_reason": ""}, "state": "GIVEN", "amount": "40.00", "currency": "USD"}'),
	(22, 22, 'order_created', 1004, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.331995+00', '{"order": {"id": 1004, "items": [{"id": 1006, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CASH", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "e13924b5-2c1c-4088-85c2-59a917a70cc9"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:54:50.331995Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(23, 23, 'inventory_status', 1004, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.331995+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 92, "product_item_id": 1}]}'),
	(25, 25, 'order_status_changed', 1004, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.418853+00', '{"to": "DELIVERED", "from": "SHIPPED", "order": {"id": 1004, "items": [{"id": 1006, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40.00", "product_item_id": 1}], "status": "DELIVERED", "paid_at": "2026-11-27T08:54:50.418853Z", "payment": {"amount": "40.00", "method": "CASH", "status": "PAID", "attempts": 0, "refunded": "0.00", "processed_at": "2026-11-27T08:54:50.418853Z", "failure_reason": "", "transaction_id": "e13924b5-2c1c-4088-85c2-59a917a70cc9"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:54:50.331995Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 3, "cancelled_at": null, "cancel_reason": ""}}'),
	(26, 26, 'order_created', 1005, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.479525+00', '{"order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "10", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "30.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "40320411-7fc2-4ca2-88e0-f035f5173fea"}, "currency": "USD", "sequence": 1, "discounts": [{"code": "QUARTER", "amount": "10", "description": "25 % off"}], "placed_at": "2026-11-27T08:54:50.479525Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(27, 27, 'order_created_with_incentive', 1005, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.479525+00', '{"currency": "USD", "discounts": [{"code": "QUARTER", "amount": "10", "description": "25 % off"}], "sub_total": "40.00", "total_amount": "30.00", "discount_total": "10.00"}'),
	(28, 28, 'inventory_status', 1005, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.479525+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 99, "product_item_id": 2}]}'),
	(29, 29, 'payment_attempt', 1005, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.50312+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(30, 30, 'order_status_changed', 1005, 5, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.50312+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "10", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:54:50.503120Z", "payment": {"amount": "30.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:54:50.503120Z", "failure_reason": "", "transaction_id": "40320411-7fc2-4ca2-88e0-f035f5173fea"}, "currency": "USD", "sequence": 5, "discounts": [{"code": "QUARTER", "amount": "10", "description": "25 % off"}], "placed_at": "2026-11-27T08:54:50.479525Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(52, 52, 'inventory_status', 3004, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 94, "product_item_id": 2}]}'),
	(54, 54, 'inventory_status', 3005, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 93, "product_item_id": 2}]}'),
	(78, 78, 'inventory_status', 3009, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.841764+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 89, "product_item_id": 2}]}'),
	(24, 24, 'order_status_changed', 1004, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.380348+00', '{"to": "SHIPPED", "from": "CONFIRMED", "order": {"id": 1004, "items": [{"id": 1006, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40.00", "product_item_id": 1}], "status": "SHIPPED", "paid_at": null, "payment": {"amount": "40.00", "method": "CASH", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "e13924b5-2c1c-4088-85c2-59a917a70cc9"}, "currency": "USD", "sequence": 3, "discounts": [], "placed_at": "2026-11-27T08:54:50.331995Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(33, 33, 'payment_refund', 1005, 8, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.593849+00', '{"order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "10.00", "quantity": 1, "returned": 0, "unit_price": "40.00", "product_item_id": 2}], "status": "CANCELLED", "paid_at": "2026-11-27T08:54:50.503120Z", "payment": {"amount": "30.00", "method": "CARD", "status": "REFUNDED", "attempts": 1, "refunded": "30.00", "processed_at": "2026-11-27T08:54:50.593849Z", "failure_reason": "", "transaction_id": "40320411-7fc2-4ca2-88e0-f035f5173fea"}, "currency": "USD", "sequence": 8, "discounts": [{"code": "QUARTER", "amount": "10.00", "description": "25 % off"}], "placed_at": "2026-11-27T08:54:50.479525Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 5, "cancelled_at": "2026-11-27T08:54:50.566705Z", "cancel_reason": "too dear"}, "state": "GIVEN", "amount": "30.00", "currency": "USD"}'),
	(31, 31, 'payment_refund', 1005, 6, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.566705+00', '{"order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "10.00", "quantity": 1, "returned": 0, "unit_price": "40.00", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:54:50.503120Z", "payment": {"amount": "30.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "30.00", "processed_at": "2026-11-27T08:54:50.503120Z", "failure_reason": "", "transaction_id": "40320411-7fc2-4ca2-88e0-f035f5173fea"}, "currency": "USD", "sequence": 6, "discounts": [{"code": "QUARTER", "amount": "10.00", "description": "25 % off"}], "placed_at": "2026-11-27T08:54:50.479525Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 3, "cancelled_at": null, "cancel_reason": ""}, "state": "PROMISED", "amount": "30.00", "currency": "USD"}'),
	(32, 32, 'order_status_changed', 1005, 7, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.566705+00', '{"to": "CANCELLED", "from": "PAID", "order": {"id": 1005, "items": [{"id": 1007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "10.00", "quantity": 1, "returned": 0, "unit_price": "40.00", "product_item_id": 2}], "status": "CANCELLED", "paid_at": "2026-11-27T08:54:50.503120Z", "payment": {"amount": "30.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "30.00", "processed_at": "2026-11-27T08:54:50.503120Z", "failure_reason": "", "transaction_id": "40320411-7fc2-4ca2-88e0-f035f5173fea"}, "currency": "USD", "sequence": 7, "discounts": [{"code": "QUARTER", "amount": "10.00", "description": "25 % off"}], "placed_at": "2026-11-27T08:54:50.479525Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 4, "cancelled_at": "2026-11-27T08:54:50.566705Z", "cancel_reason": "too dear"}}'),
	(34, 34, 'order_created', 1006, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.649087+00', '{"order": {"id": 1006, "items": [{"id": 1009, "sku": "LAMP-RARE-RED-S", "name": "Desk lamp rare", "discount": "0.00", "quantity": 3, "returned": 0, "unit_price": "40", "product_item_id": 3}], "status": "PENDING", "paid_at": null, "payment": {"amount": "120.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "f380cf34-302f-434f-bf7a-f92bb2e6ec3d"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:54:50.649087Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(35, 35, 'inventory_status', 1006, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.649087+00', '{"items": [{"sku": "LAMP-RARE-RED-S", "state": "BACKORDERED", "available": 0, "product_item_id": 3}]}'),
	(36, 36, 'order_created', 1007, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.687733+00', '{"order": {"id": 1007, "items": [{"id": 1010, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CASH", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "43847caa-38d8-4065-b126-0d6191c9c869"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:54:50.687733Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(37, 37, 'inventory_status', 1007, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.687733+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 99, "product_item_id": 2}]}'),
	(38, 38, 'order_created', 2000, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:59.434374+00', '{"order": {"id": 2000, "items": [{"id": 2000, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "5f02e85f-3bd3-4014-a7e8-bf6062f8552d"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:54:59.434374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(39, 39, 'inventory_status', 2000, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:59.434374+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 90, "product_item_id": 1}]}'),
	(41, 41, 'order_created', 2001, 1, '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', NULL, '2026-11-27 08:54:59.534348+00', '{"order": {"id": 2001, "items": [{"id": 2001, "sku": "LAMP-RELEASED-RED-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 1}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "070d1cbf-8dda-4b0e-9112-e210501ccde8"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:54:59.534348Z", "created_by": "0c8e6c4e-fc8d-4be4-8d61-523d835aae26", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(42, 42, 'inventory_status', 2001, 2, '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', NULL, '2026-11-27 08:54:59.534348+00', '{"items": [{"sku": "LAMP-RELEASED-RED-S", "state": "IN_STOCK", "available": 89, "product_item_id": 1}]}'),
	(43, 43, 'order_created', 3000, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.584629+00', '{"order": {"id": 3000, "items": [{"id": 3000, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "3f9ade63-e314-48af-b92e-f700b4cb8a62"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.584629Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(44, 44, 'inventory_status', 3000, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.584629+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 98, "product_item_id": 2}]}'),
	(45, 45, 'order_created', 3001, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.584629+00', '{"order": {"id": 3001, "items": [{"id": 3001, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "bb40444c-c30b-4b69-9a1d-0f5cb1f4788d"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.584629Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(46, 46, 'inventory_status', 3001, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.584629+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 97, "product_item_id": 2}]}'),
	(50, 50, 'inventory_status', 3003, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 95, "product_item_id": 2}]}'),
	(51, 51, 'order_created', 3004, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"order": {"id": 3004, "items": [{"id": 3004, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "a2ff902b-99b1-4578-a97a-c00cd41d3958"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(53, 53, 'order_created', 3005, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"order": {"id": 3005, "items": [{"id": 3005, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "8382358d-1829-4c0e-87f9-b3848aa800f1"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(48, 48, 'inventory_status', 3002, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 96, "product_item_id": 2}]}'),
	(81, 81, 'payment_attempt', 3009, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.854564+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(82, 82, 'order_status_changed', 3009, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.854564+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3009, "items": [{"id": 3009, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.854564Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.854564Z", "failure_reason": "", "transaction_id": "37e3139e-4e92-456c-a61a-45f59e0db756"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.841764Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(88, 88, 'inventory_status', 3012, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 86, "product_item_id": 2}]}'),
	(56, 56, 'inventory_status', 3006, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 92, "product_item_id": 2}]}'),
	(58, 58, 'inventory_status', 3007, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 91, "product_item_id": 2}]}'),
	(59, 59, 'payment_attempt', 3000, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.668079+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(68, 68, 'order_status_changed', 3003, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.693969+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3003, "items": [{"id": 3003, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.693969Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.693969Z", "failure_reason": "", "transaction_id": "661c91fc-7dd0-4139-9f05-f89b03aa53b9"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(69, 69, 'payment_attempt', 3007, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.693984+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(70, 70, 'order_status_changed', 3007, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.693984+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3007, "items": [{"id": 3007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.693984Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.693984Z", "failure_reason": "", "transaction_id": "5ccbffab-b1a5-4775-af0a-f2db4c981b80"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(71, 71, 'payment_attempt', 3006, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.694001+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(72, 72, 'order_status_changed', 3006, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.694001+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3006, "items": [{"id": 3006, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.694001Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.694001Z", "failure_reason": "", "transaction_id": "4443327e-0864-4600-b795-e0d3015432f3"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(73, 73, 'payment_attempt', 3005, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.694017+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(47, 47, 'order_created', 3002, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"order": {"id": 3002, "items": [{"id": 3002, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "128cac82-9f81-410c-b7b1-c5a00d6ea2bd"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(49, 49, 'order_created', 3003, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"order": {"id": 3003, "items": [{"id": 3003, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "661c91fc-7dd0-4139-9f05-f89b03aa53b9"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(55, 55, 'order_created', 3006, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"order": {"id": 3006, "items": [{"id": 3006, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "4443327e-0864-4600-b795-e0d3015432f3"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(57, 57, 'order_created', 3007, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '{"order": {"id": 3007, "items": [{"id": 3007, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "5ccbffab-b1a5-4775-af0a-f2db4c981b80"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(60, 60, 'order_status_changed', 3000, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.668079+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3000, "items": [{"id": 3000, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.668079Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.668079Z", "failure_reason": "", "transaction_id": "3f9ade63-e314-48af-b92e-f700b4cb8a62"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.584629Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(61, 61, 'payment_attempt', 3001, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.668147+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(62, 62, 'order_status_changed', 3001, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.668147+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3001, "items": [{"id": 3001, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.668147Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.668147Z", "failure_reason": "", "transaction_id": "bb40444c-c30b-4b69-9a1d-0f5cb1f4788d"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.584629Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(63, 63, 'payment_attempt', 3004, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.693871+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(64, 64, 'order_status_changed', 3004, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.693871+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3004, "items": [{"id": 3004, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.693871Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.693871Z", "failure_reason": "", "transaction_id": "a2ff902b-99b1-4578-a97a-c00cd41d3958"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(65, 65, 'payment_attempt', 3002, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.693951+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(77, 77, 'order_created', 3009, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.841764+00', '{"order": {"id": 3009, "items": [{"id": 3009, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "37e3139e-4e92-456c-a61a-45f59e0db756"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.841764Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(66, 66, 'order_status_changed', 3002, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.693951+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3002, "items": [{"id": 3002, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.693951Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.693951Z", "failure_reason": "", "transaction_id": "128cac82-9f81-410c-b7b1-c5a00d6ea2bd"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(67, 67, 'payment_attempt', 3003, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.693969+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(74, 74, 'order_status_changed', 3005, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.694017+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3005, "items": [{"id": 3005, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.694017Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.694017Z", "failure_reason": "", "transaction_id": "8382358d-1829-4c0e-87f9-b3848aa800f1"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.653374Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(75, 75, 'order_created', 3008, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.841764+00', '{"order": {"id": 3008, "items": [{"id": 3008, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "774e8717-f69d-4382-b1fc-2eebae5bd7dd"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.841764Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(76, 76, 'inventory_status', 3008, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.841764+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 90, "product_item_id": 2}]}'),
	(83, 83, 'order_created', 3010, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"order": {"id": 3010, "items": [{"id": 3010, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "16682c46-377e-4823-b292-878cfe4978d9"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(84, 84, 'inventory_status', 3010, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 88, "product_item_id": 2}]}'),
	(79, 79, 'payment_attempt', 3008, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.854501+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(80, 80, 'order_status_changed', 3008, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.854501+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3008, "items": [{"id": 3008, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.854501Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.854501Z", "failure_reason": "", "transaction_id": "774e8717-f69d-4382-b1fc-2eebae5bd7dd"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.841764Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(85, 85, 'order_created', 3011, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"order": {"id": 3011, "items": [{"id": 3011, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "919f3560-967d-43ec-9514-2714a80c1eb0"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(86, 86, 'inventory_status', 3011, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 87, "product_item_id": 2}]}'),
	(87, 87, 'order_created', 3012, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"order": {"id": 3012, "items": [{"id": 3012, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "34bec44b-1486-4e2d-b64f-55b230cae9b2"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(89, 89, 'order_created', 3013, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"order": {"id": 3013, "items": [{"id": 3013, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "f0b5955b-3f2f-4971-ad67-e70a604e2ba1"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(90, 90, 'inventory_status', 3013, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 85, "product_item_id": 2}]}'),
	(91, 91, 'order_created', 3014, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"order": {"id": 3014, "items": [{"id": 3014, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "290500c1-55e1-4415-98fd-389baf4805d3"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(92, 92, 'inventory_status', 3014, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 84, "product_item_id": 2}]}'),
	(93, 93, 'order_created', 3015, 1, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"order": {"id": 3015, "items": [{"id": 3015, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "CONFIRMED", "paid_at": null, "payment": {"amount": "40.00", "method": "CARD", "status": "PENDING", "attempts": 0, "refunded": "0.00", "processed_at": null, "failure_reason": "", "transaction_id": "f5ebed64-0324-4a3e-9886-bfc5d787545f"}, "currency": "USD", "sequence": 1, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 1, "cancelled_at": null, "cancel_reason": ""}}'),
	(94, 94, 'inventory_status', 3015, 2, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.880688+00', '{"items": [{"sku": "LAMP-RELEASED-BLUE-S", "state": "IN_STOCK", "available": 83, "product_item_id": 2}]}'),
	(95, NULL, 'payment_attempt', 3015, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.937371+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(96, NULL, 'order_status_changed', 3015, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.937371+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3015, "items": [{"id": 3015, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.937371Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.937371Z", "failure_reason": "", "transaction_id": "f5ebed64-0324-4a3e-9886-bfc5d787545f"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(97, NULL, 'payment_attempt', 3014, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.937439+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(98, NULL, 'order_status_changed', 3014, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.937439+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3014, "items": [{"id": 3014, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.937439Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.937439Z", "failure_reason": "", "transaction_id": "290500c1-55e1-4415-98fd-389baf4805d3"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(99, NULL, 'payment_attempt', 3013, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.93749+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(100, NULL, 'order_status_changed', 3013, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.93749+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3013, "items": [{"id": 3013, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.937490Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.937490Z", "failure_reason": "", "transaction_id": "f0b5955b-3f2f-4971-ad67-e70a604e2ba1"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES
	(101, NULL, 'payment_attempt', 3010, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.937505+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(102, NULL, 'order_status_changed', 3010, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.937505+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3010, "items": [{"id": 3010, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.937505Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.937505Z", "failure_reason": "", "transaction_id": "16682c46-377e-4823-b292-878cfe4978d9"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(103, NULL, 'payment_attempt', 3011, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.937518+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(104, NULL, 'order_status_changed', 3011, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.937518+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3011, "items": [{"id": 3011, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.937518Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.937518Z", "failure_reason": "", "transaction_id": "919f3560-967d-43ec-9514-2714a80c1eb0"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}'),
	(105, NULL, 'payment_attempt', 3012, 3, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.93753+00', '{"number": 1, "outcome": "CHARGED", "next_attempt_time": null}'),
	(106, NULL, 'order_status_changed', 3012, 4, '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.93753+00', '{"to": "PAID", "from": "CONFIRMED", "order": {"id": 3012, "items": [{"id": 3012, "sku": "LAMP-RELEASED-BLUE-S", "name": "Desk lamp released", "discount": "0.00", "quantity": 1, "returned": 0, "unit_price": "40", "product_item_id": 2}], "status": "PAID", "paid_at": "2026-11-27T08:55:06.937530Z", "payment": {"amount": "40.00", "method": "CARD", "status": "PAID", "attempts": 1, "refunded": "0.00", "processed_at": "2026-11-27T08:55:06.937530Z", "failure_reason": "", "transaction_id": "34bec44b-1486-4e2d-b64f-55b230cae9b2"}, "currency": "USD", "sequence": 4, "discounts": [], "placed_at": "2026-11-27T08:55:06.880688Z", "created_by": "637c5000-697c-4970-b24a-95d2c16b62e7", "row_version": 2, "cancelled_at": null, "cancel_reason": ""}}');


--
-- Data for Name: payment; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.payment VALUES
	(1000, 1000, '93d3113d-0b30-4f34-9995-44e2eed05d3f', 'CARD', 'PAID', 60.00, 1, '2026-11-27 08:54:48.90009+00', '', '', 0.00, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.901841+00', 'service:order', false, NULL, 2),
	(1001, 1001, '0de32144-37ac-4075-9de0-f8d6efe0e313', 'CARD', 'FAILED', 40.00, 1, NULL, 'the card was declined', '', 0.00, '2026-11-27 08:54:49.17889+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.233556+00', 'service:order', false, NULL, 2),
	(3004, 3004, 'a2ff902b-99b1-4578-a97a-c00cd41d3958', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.693871+00', '', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(1002, 1002, '6de80649-5484-4742-ba93-f85a2cc98641', 'CARD', 'PAID', 120.00, 1, '2026-11-27 08:54:49.447485+00', '', '', 0.00, '2026-11-27 08:54:49.417117+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.701535+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 3),
	(3002, 3002, '128cac82-9f81-410c-b7b1-c5a00d6ea2bd', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.693951+00', '', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3003, 3003, '661c91fc-7dd0-4139-9f05-f89b03aa53b9', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.693969+00', '', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3007, 3007, '5ccbffab-b1a5-4775-af0a-f2db4c981b80', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.693984+00', '', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(1003, 1003, 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd', 'CARD', 'PARTIALLY_REFUNDED', 120.00, 1, '2026-11-27 08:54:50.294086+00', '', '', 40.00, '2026-11-27 08:54:49.847255+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.290045+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 5),
	(3006, 3006, '4443327e-0864-4600-b795-e0d3015432f3', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.694001+00', '', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(1004, 1004, 'e13924b5-2c1c-4088-85c2-59a917a70cc9', 'CASH', 'PAID', 40.00, 0, '2026-11-27 08:54:50.418853+00', '', '', 0.00, '2026-11-27 08:54:50.331995+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.416595+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 3),
	(3005, 3005, '8382358d-1829-4c0e-87f9-b3848aa800f1', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.694017+00', '', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(1005, 1005, '40320411-7fc2-4ca2-88e0-f035f5173fea', 'CARD', 'REFUNDED', 30.00, 1, '2026-11-27 08:54:50.593849+00', '', '', 30.00, '2026-11-27 08:54:50.479525+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.589861+00', 'service:order', false, NULL, 5),
	(1006, 1006, 'f380cf34-302f-434f-bf7a-f92bb2e6ec3d', 'CARD', 'PENDING', 120.00, 0, NULL, '', 'tok_ok', 0.00, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1007, 1007, '43847caa-38d8-4065-b126-0d6191c9c869', 'CASH', 'PENDING', 40.00, 0, NULL, '', '', 0.00, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(2000, 2000, '5f02e85f-3bd3-4014-a7e8-bf6062f8552d', 'CARD', 'PENDING', 40.00, 1, NULL, 'the payment provider does not answer; charge the same transaction again', '', 0.00, '2026-11-27 08:54:59.434374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:59.52413+00', 'service:order', false, NULL, 2),
	(2001, 2001, '070d1cbf-8dda-4b0e-9112-e210501ccde8', 'CARD', 'PENDING', 40.00, 0, NULL, '', '', 0.00, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', NULL, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', false, NULL, 1),
	(3000, 3000, '3f9ade63-e314-48af-b92e-f700b4cb8a62', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.668079+00', '', '', 0.00, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.681681+00', 'service:order', false, NULL, 2),
	(3001, 3001, 'bb40444c-c30b-4b69-9a1d-0f5cb1f4788d', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.668147+00', '', '', 0.00, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.681681+00', 'service:order', false, NULL, 2),
	(3008, 3008, '774e8717-f69d-4382-b1fc-2eebae5bd7dd', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.854501+00', '', '', 0.00, '2026-11-27 08:55:06.841764+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.861524+00', 'service:order', false, NULL, 2),
	(3009, 3009, '37e3139e-4e92-456c-a61a-45f59e0db756', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.854564+00', '', '', 0.00, '2026-11-27 08:55:06.841764+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.861524+00', 'service:order', false, NULL, 2),
	(3015, 3015, 'f5ebed64-0324-4a3e-9886-bfc5d787545f', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.937371+00', '', '', 0.00, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3014, 3014, '290500c1-55e1-4415-98fd-389baf4805d3', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.937439+00', '', '', 0.00, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3013, 3013, 'f0b5955b-3f2f-4971-ad67-e70a604e2ba1', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.93749+00', '', '', 0.00, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3010, 3010, '16682c46-377e-4823-b292-878cfe4978d9', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.937505+00', '', '', 0.00, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3011, 3011, '919f3560-967d-43ec-9514-2714a80c1eb0', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.937518+00', '', '', 0.00, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2),
	(3012, 3012, '34bec44b-1486-4e2d-b64f-55b230cae9b2', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.93753+00', '', '', 0.00, '2026-11-27 08:55:06.880688+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.938417+00', 'service:order', false, NULL, 2);


--
-- Data for Name: recorded_error; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: refund; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.refund VALUES
	(1, 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd/1', 1003, 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd', 40.00, 'USD', 'broken', '2026-11-27 08:54:50.249913+00', '2026-11-27 08:54:50.294086+00', '2026-11-27 08:54:50.249913+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.290045+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 2),
	(2, '40320411-7fc2-4ca2-88e0-f035f5173fea/1', 1005, '40320411-7fc2-4ca2-88e0-f035f5173fea', 30.00, 'USD', 'too dear', '2026-11-27 08:54:50.566705+00', '2026-11-27 08:54:50.593849+00', '2026-11-27 08:54:50.566705+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.589861+00', 'service:order', false, NULL, 2);


--
-- Name: audit_entry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_entry_id_seq', 21, true);


--
-- Name: change_log_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.change_log_id_seq', 146, true);


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
-- Name: outbox_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_id_seq', 106, true);


--
-- Name: outbox_position; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.outbox_position', 94, true);


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
-- Name: outbox outbox_position_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_position_key UNIQUE ("position");


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
-- Name: ix_order_discount_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_order_discount_order_id ON public.order_discount USING btree (order_id);


--
-- Name: ix_order_item_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_order_item_order_id ON public.order_item USING btree (order_id);


--
-- Name: ix_outbox_unpublished; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outbox_unpublished ON public.outbox USING btree (id) WHERE ("position" IS NULL);


--
-- Name: ix_recorded_error_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_recorded_error_time ON public.recorded_error USING btree ("time");


--
-- Name: ix_refund_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_refund_order_id ON public.refund USING btree (order_id);


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

