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
-- Name: alembic_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);


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
    row_version bigint DEFAULT 1 NOT NULL
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
    created_by_team text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL
);


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
    refunded numeric(18,2) NOT NULL,
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
    row_version bigint DEFAULT 1 NOT NULL
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0001');


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
	(3007, 3007, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1);


--
-- Data for Name: orders; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders VALUES
	(1000, 'PAID', 'USD', '2026-11-27 08:54:48.771252+00', '2026-11-27 08:54:48.90009+00', NULL, '', 5, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.901841+00', 'service:order', false, NULL, 2),
	(1001, 'FAILED', 'USD', '2026-11-27 08:54:49.17889+00', NULL, NULL, '', 4, '2026-11-27 08:54:49.17889+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.233556+00', 'service:order', false, NULL, 2),
	(1002, 'SHIPPED', 'USD', '2026-11-27 08:54:49.417117+00', '2026-11-27 08:54:49.447485+00', NULL, '', 5, '2026-11-27 08:54:49.417117+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.701535+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 3),
	(1003, 'SHIPPED', 'USD', '2026-11-27 08:54:49.847255+00', '2026-11-27 08:54:49.882594+00', NULL, '', 7, '2026-11-27 08:54:49.847255+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.290045+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 5),
	(1004, 'DELIVERED', 'USD', '2026-11-27 08:54:50.331995+00', '2026-11-27 08:54:50.418853+00', NULL, '', 4, '2026-11-27 08:54:50.331995+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.416595+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 3),
	(1005, 'CANCELLED', 'USD', '2026-11-27 08:54:50.479525+00', '2026-11-27 08:54:50.50312+00', '2026-11-27 08:54:50.566705+00', 'too dear', 8, '2026-11-27 08:54:50.479525+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.589861+00', 'service:order', false, NULL, 5),
	(1006, 'PENDING', 'USD', '2026-11-27 08:54:50.649087+00', NULL, NULL, '', 2, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1007, 'CONFIRMED', 'USD', '2026-11-27 08:54:50.687733+00', NULL, NULL, '', 2, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(2000, 'CONFIRMED', 'USD', '2026-11-27 08:54:59.434374+00', NULL, NULL, '', 3, '2026-11-27 08:54:59.434374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:59.52413+00', 'service:order', false, NULL, 2),
	(2001, 'CONFIRMED', 'USD', '2026-11-27 08:54:59.534348+00', NULL, NULL, '', 2, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', NULL, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', false, NULL, 1),
	(3000, 'PAID', 'USD', '2026-11-27 08:55:06.584629+00', '2026-11-27 08:55:06.668079+00', NULL, '', 4, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.681681+00', 'service:order', false, NULL, 2),
	(3001, 'PAID', 'USD', '2026-11-27 08:55:06.584629+00', '2026-11-27 08:55:06.668147+00', NULL, '', 4, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.681681+00', 'service:order', false, NULL, 2),
	(3002, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.693951+00', NULL, '', 4, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3003, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.693969+00', NULL, '', 4, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3004, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.693871+00', NULL, '', 4, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3005, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.694017+00', NULL, '', 4, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3006, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.694001+00', NULL, '', 4, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3007, 'PAID', 'USD', '2026-11-27 08:55:06.653374+00', '2026-11-27 08:55:06.693984+00', NULL, '', 4, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2);


--
-- Data for Name: payment; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.payment VALUES
	(1000, 1000, '93d3113d-0b30-4f34-9995-44e2eed05d3f', 'CARD', 'PAID', 60.00, 1, '2026-11-27 08:54:48.90009+00', '', 0.00, '2026-11-27 08:54:48.771252+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:48.901841+00', 'service:order', false, NULL, 2),
	(1001, 1001, '0de32144-37ac-4075-9de0-f8d6efe0e313', 'CARD', 'FAILED', 40.00, 1, NULL, 'the card was declined', 0.00, '2026-11-27 08:54:49.17889+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.233556+00', 'service:order', false, NULL, 2),
	(1002, 1002, '6de80649-5484-4742-ba93-f85a2cc98641', 'CARD', 'PAID', 120.00, 1, '2026-11-27 08:54:49.447485+00', '', 0.00, '2026-11-27 08:54:49.417117+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:49.701535+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 3),
	(1003, 1003, 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd', 'CARD', 'PARTIALLY_REFUNDED', 120.00, 1, '2026-11-27 08:54:50.294086+00', '', 40.00, '2026-11-27 08:54:49.847255+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.290045+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 5),
	(1004, 1004, 'e13924b5-2c1c-4088-85c2-59a917a70cc9', 'CASH', 'PAID', 40.00, 0, '2026-11-27 08:54:50.418853+00', '', 0.00, '2026-11-27 08:54:50.331995+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.416595+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 3),
	(1005, 1005, '40320411-7fc2-4ca2-88e0-f035f5173fea', 'CARD', 'REFUNDED', 30.00, 1, '2026-11-27 08:54:50.593849+00', '', 30.00, '2026-11-27 08:54:50.479525+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.589861+00', 'service:order', false, NULL, 5),
	(1006, 1006, 'f380cf34-302f-434f-bf7a-f92bb2e6ec3d', 'CARD', 'PENDING', 120.00, 0, NULL, '', 0.00, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.649087+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(1007, 1007, '43847caa-38d8-4065-b126-0d6191c9c869', 'CASH', 'PENDING', 40.00, 0, NULL, '', 0.00, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.687733+00', '637c5000-697c-4970-b24a-95d2c16b62e7', false, NULL, 1),
	(2000, 2000, '5f02e85f-3bd3-4014-a7e8-bf6062f8552d', 'CARD', 'PENDING', 40.00, 1, NULL, 'the payment provider does not answer; charge the same transaction again', 0.00, '2026-11-27 08:54:59.434374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:59.52413+00', 'service:order', false, NULL, 2),
	(2001, 2001, '070d1cbf-8dda-4b0e-9112-e210501ccde8', 'CARD', 'PENDING', 40.00, 0, NULL, '', 0.00, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', NULL, '2026-11-27 08:54:59.534348+00', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', false, NULL, 1),
	(3000, 3000, '3f9ade63-e314-48af-b92e-f700b4cb8a62', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.668079+00', '', 0.00, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.681681+00', 'service:order', false, NULL, 2),
	(3001, 3001, 'bb40444c-c30b-4b69-9a1d-0f5cb1f4788d', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.668147+00', '', 0.00, '2026-11-27 08:55:06.584629+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.681681+00', 'service:order', false, NULL, 2),
	(3002, 3002, '128cac82-9f81-410c-b7b1-c5a00d6ea2bd', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.693951+00', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3003, 3003, '661c91fc-7dd0-4139-9f05-f89b03aa53b9', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.693969+00', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3004, 3004, 'a2ff902b-99b1-4578-a97a-c00cd41d3958', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.693871+00', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3005, 3005, '8382358d-1829-4c0e-87f9-b3848aa800f1', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.694017+00', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3006, 3006, '4443327e-0864-4600-b795-e0d3015432f3', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.694001+00', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2),
	(3007, 3007, '5ccbffab-b1a5-4775-af0a-f2db4c981b80', 'CARD', 'PAID', 40.00, 1, '2026-11-27 08:55:06.693984+00', '', 0.00, '2026-11-27 08:55:06.653374+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:55:06.697567+00', 'service:order', false, NULL, 2);


--
-- Data for Name: refund; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.refund VALUES
	(1, 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd/1', 1003, 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd', 40.00, 'USD', 'broken', '2026-11-27 08:54:50.249913+00', '2026-11-27 08:54:50.294086+00', '2026-11-27 08:54:50.249913+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.290045+00', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', false, NULL, 2),
	(2, '40320411-7fc2-4ca2-88e0-f035f5173fea/1', 1005, '40320411-7fc2-4ca2-88e0-f035f5173fea', 30.00, 'USD', 'too dear', '2026-11-27 08:54:50.566705+00', '2026-11-27 08:54:50.593849+00', '2026-11-27 08:54:50.566705+00', '637c5000-697c-4970-b24a-95d2c16b62e7', NULL, '2026-11-27 08:54:50.589861+00', 'service:order', false, NULL, 2);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


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
-- Name: payment payment_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.payment
    ADD CONSTRAINT payment_pkey PRIMARY KEY (id);


--
-- Name: refund refund_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refund
    ADD CONSTRAINT refund_pkey PRIMARY KEY (id);


--
-- Name: ix_order_discount_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_order_discount_order_id ON public.order_discount USING btree (order_id);


--
-- Name: ix_order_item_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_order_item_order_id ON public.order_item USING btree (order_id);


--
-- Name: ix_orders_created_by; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orders_created_by ON public.orders USING btree (created_by, placed_at, id);


--
-- Name: ix_orders_created_by_team; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orders_created_by_team ON public.orders USING btree (created_by_team, placed_at, id);


--
-- Name: ix_orders_paid_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orders_paid_at ON public.orders USING btree (paid_at) WHERE (paid_at IS NOT NULL);


--
-- Name: ix_orders_placed_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orders_placed_at ON public.orders USING btree (placed_at, id);


--
-- Name: ix_refund_done_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_refund_done_at ON public.refund USING btree (done_at) WHERE (done_at IS NOT NULL);


--
-- PostgreSQL database dump complete
--

\unrestrict easyorder

