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
    team_id text,
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
    team_id text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    product_id bigint,
    options jsonb
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
    team_id text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    shipments jsonb,
    earlier_payments jsonb,
    cancel_code text,
    shipping_address jsonb,
    billing_address jsonb
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
    team_id text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL,
    failure_code text,
    charged_at timestamp with time zone
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
    items jsonb
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0008');


--
-- Data for Name: order_discount; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_discount VALUES
	(1001, 1000, 'QUARTER', '25 % off', 20.00, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1),
	(1002, 1000, 'DOUBLE', 'loyalty points times 2', 0.00, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1),
	(1008, 1005, 'QUARTER', '25 % off', 10.00, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1);


--
-- Data for Name: order_item; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.order_item VALUES
	(1000, 1000, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 2, 40.00, 20.00, 0, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1003, 1001, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:17.018245+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.018245+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1004, 1002, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 3, 40.00, 0.00, 0, '2026-11-28 13:16:17.07369+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.07369+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1005, 1003, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 3, 40.00, 0.00, 1, '2026-11-28 13:16:17.145905+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.202519+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 2, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1006, 1004, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:17.236919+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.236919+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(1007, 1005, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 10.00, 0, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(1009, 1006, 3, 'LAMP-RARE-RED-S', 'Desk lamp rare', 3, 40.00, 0.00, 0, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 2, '[["Colour", "red"], ["Size", "S"]]'),
	(1010, 1007, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(2000, 2000, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:19.959893+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.959893+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(2001, 2001, 1, 'LAMP-RELEASED-RED-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', NULL, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', false, NULL, 1, 1, '[["Colour", "red"], ["Size", "S"]]'),
	(3000, 3000, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "blue"], ["Size", "S"]]'),
	(3001, 3001, 2, 'LAMP-RELEASED-BLUE-S', 'Desk lamp released', 1, 40.00, 0.00, 0, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, 1, '[["Colour", "blue"], ["Size", "S"]]');


--
-- Data for Name: orders; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.orders VALUES
	(1000, 'PAID', 'USD', '2026-11-28 13:16:16.922447+00', '2026-11-28 13:16:16.965619+00', NULL, '', 5, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.965619+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(1001, 'FAILED', 'USD', '2026-11-28 13:16:17.018245+00', NULL, NULL, '', 4, '2026-11-28 13:16:17.018245+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.029233+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(1002, 'SHIPPED', 'USD', '2026-11-28 13:16:17.07369+00', '2026-11-28 13:16:17.082396+00', NULL, '', 5, '2026-11-28 13:16:17.07369+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.131712+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 3, '[{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.131712Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JD35e815d85b70ad4a396b7d7b23e7aaa5"}]', '[]', NULL, NULL, NULL),
	(1003, 'SHIPPED', 'USD', '2026-11-28 13:16:17.145905+00', '2026-11-28 13:16:17.156854+00', NULL, '', 7, '2026-11-28 13:16:17.145905+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.225097+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 5, '[{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.192974Z", "delivered_at": null, "tracking_uri": "", "tracking_number": "JDe331bec39ae2e0233214f4ede67f66b8"}]', '[]', NULL, NULL, NULL),
	(1004, 'DELIVERED', 'USD', '2026-11-28 13:16:17.236919+00', '2026-11-28 13:16:17.280626+00', NULL, '', 4, '2026-11-28 13:16:17.236919+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.280626+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 3, '[{"id": "1", "carrier": "DHL", "shipped_at": "2026-11-28T13:16:17.270593Z", "delivered_at": "2026-11-28T13:16:17.280626Z", "tracking_uri": "", "tracking_number": "JD8689da3b6b40ef67a19ab8d9e1b0c926"}]', '[]', NULL, NULL, NULL),
	(1005, 'CANCELLED', 'USD', '2026-11-28 13:16:17.299713+00', '2026-11-28 13:16:17.315827+00', '2026-11-28 13:16:17.358399+00', 'too dear', 8, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.381005+00', 'service:order', false, NULL, 4, '[]', '[]', 'REQUESTED', NULL, NULL),
	(1006, 'PENDING', 'USD', '2026-11-28 13:16:17.410169+00', NULL, NULL, '', 2, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, '[]', '[]', NULL, NULL, NULL),
	(1007, 'CONFIRMED', 'USD', '2026-11-28 13:16:17.423389+00', NULL, NULL, '', 2, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, '[]', '[]', NULL, NULL, NULL),
	(2000, 'CONFIRMED', 'USD', '2026-11-28 13:16:19.959893+00', NULL, NULL, '', 3, '2026-11-28 13:16:19.959893+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.989937+00', 'service:order', false, NULL, 2, '[]', '[]', NULL, NULL, NULL),
	(2001, 'CONFIRMED', 'USD', '2026-11-28 13:16:19.998147+00', NULL, NULL, '', 2, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', NULL, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', false, NULL, 1, '[]', '[]', NULL, NULL, NULL),
	(3000, 'CONFIRMED', 'USD', '2026-11-28 13:16:23.146563+00', NULL, NULL, '', 2, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, '[]', '[]', NULL, NULL, NULL),
	(3001, 'CONFIRMED', 'USD', '2026-11-28 13:16:23.146563+00', NULL, NULL, '', 2, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, '[]', '[]', NULL, NULL, NULL);


--
-- Data for Name: payment; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.payment VALUES
	(1000, 1000, '659e2320-710b-4c8b-916b-b5c5f477cf3e', 'CARD', 'PAID', 60.00, 1, '2026-11-28 13:16:16.965619+00', '', 0.00, '2026-11-28 13:16:16.922447+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:16.966436+00', 'service:order', false, NULL, 2, NULL, NULL),
	(1001, 1001, '4f4482b5-f756-4259-837c-b100bc2f02c3', 'CARD', 'FAILED', 40.00, 1, '2026-11-28 13:16:17.029233+00', 'the card was declined', 0.00, '2026-11-28 13:16:17.018245+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.029827+00', 'service:order', false, NULL, 2, 'DECLINED', NULL),
	(1002, 1002, 'ea0a10af-5c64-4dc6-9eec-1bd1090b44cf', 'CARD', 'PAID', 120.00, 1, '2026-11-28 13:16:17.082396+00', '', 0.00, '2026-11-28 13:16:17.07369+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.12934+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 3, NULL, NULL),
	(1003, 1003, 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75', 'CARD', 'PARTIALLY_REFUNDED', 120.00, 1, '2026-11-28 13:16:17.225097+00', '', 40.00, '2026-11-28 13:16:17.145905+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.222731+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 5, NULL, NULL),
	(1004, 1004, '6d9a0ee7-8418-4c85-aa2e-b976c5df513d', 'CASH', 'PAID', 40.00, 0, '2026-11-28 13:16:17.280626+00', '', 0.00, '2026-11-28 13:16:17.236919+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.278821+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 3, NULL, NULL),
	(1005, 1005, 'e923b517-5e44-445f-b130-2c9a515b845f', 'CARD', 'REFUNDED', 30.00, 1, '2026-11-28 13:16:17.381005+00', '', 30.00, '2026-11-28 13:16:17.299713+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.374077+00', 'service:order', false, NULL, 4, NULL, NULL),
	(1006, 1006, 'e4963817-99e9-44db-8f57-1a1a06639de3', 'CARD', 'PENDING', 120.00, 0, '2026-11-28 13:16:17.410169+00', '', 0.00, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.410169+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, NULL, NULL),
	(1007, 1007, '93e827d9-6dfe-43f7-b37a-f555a464a240', 'CASH', 'PENDING', 40.00, 0, '2026-11-28 13:16:17.423389+00', '', 0.00, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.423389+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, NULL, NULL),
	(2000, 2000, '0f59b90c-4d89-4e53-9d2f-efc91a6f277a', 'CARD', 'PENDING', 40.00, 1, '2026-11-28 13:16:19.989937+00', 'the payment could not be made yet, and is tried again', 0.00, '2026-11-28 13:16:19.959893+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:19.991056+00', 'service:order', false, NULL, 2, 'PROVIDER_UNAVAILABLE', NULL),
	(2001, 2001, 'afa6c51f-39ff-4423-960f-199e092da04b', 'CARD', 'PENDING', 40.00, 0, '2026-11-28 13:16:19.998147+00', '', 0.00, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', NULL, '2026-11-28 13:16:19.998147+00', 'd8f50ea1-30dc-4ac9-9c54-b3be2679b9c3', false, NULL, 1, NULL, NULL),
	(3000, 3000, 'f4b3e2fa-bcf5-456c-8e41-73b237694f75', 'CARD', 'PENDING', 40.00, 0, '2026-11-28 13:16:23.146563+00', '', 0.00, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, NULL, NULL),
	(3001, 3001, '4068dc5e-3543-4674-9083-cf58d2762614', 'CARD', 'PENDING', 40.00, 0, '2026-11-28 13:16:23.146563+00', '', 0.00, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:23.146563+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', false, NULL, 1, NULL, NULL);


--
-- Data for Name: refund; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.refund VALUES
	(1, 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75/1', 1003, 'a0cc47e2-275f-4138-bcda-ff4ccdcd9f75', 40.00, 'USD', 'broken', '2026-11-28 13:16:17.206945+00', '2026-11-28 13:16:17.225097+00', '2026-11-28 13:16:17.206945+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.222731+00', '7085f412-5f2e-4320-94c9-ed4f120ba010', false, NULL, 2, '[[1, 1]]'),
	(2, 'e923b517-5e44-445f-b130-2c9a515b845f/1', 1005, 'e923b517-5e44-445f-b130-2c9a515b845f', 30.00, 'USD', 'too dear', '2026-11-28 13:16:17.358399+00', '2026-11-28 13:16:17.381005+00', '2026-11-28 13:16:17.358399+00', 'e6dd761a-9e2a-44d6-b24c-5e48eda9e6d8', NULL, '2026-11-28 13:16:17.374077+00', 'service:order', false, NULL, 2, '[]');


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
-- Name: ix_orders_paid_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orders_paid_at ON public.orders USING btree (paid_at) WHERE (paid_at IS NOT NULL);


--
-- Name: ix_orders_placed_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orders_placed_at ON public.orders USING btree (placed_at, id);


--
-- Name: ix_orders_team_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_orders_team_id ON public.orders USING btree (team_id, placed_at, id);


--
-- Name: ix_refund_done_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_refund_done_at ON public.refund USING btree (done_at) WHERE (done_at IS NOT NULL);


--
-- Name: ix_refund_order_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_refund_order_id ON public.refund USING btree (order_id);


--
-- PostgreSQL database dump complete
--

\unrestrict easyorder

