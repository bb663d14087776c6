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
-- Name: refuse_change_of_ledger(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.refuse_change_of_ledger() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
        BEGIN
            RAISE EXCEPTION 'the ledger is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
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
	('0001');


--
-- Data for Name: ledger_entry; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.ledger_entry VALUES
	('93d3113d-0b30-4f34-9995-44e2eed05d3f', 1, 'CHARGE', 60.00, 'USD', 1000, NULL, '', '2026-11-27 08:54:48.872473+00'),
	('0de32144-37ac-4075-9de0-f8d6efe0e313', 1, 'REFUSAL', 40.00, 'USD', 1001, NULL, 'the card was declined', '2026-11-27 08:54:49.224937+00'),
	('6de80649-5484-4742-ba93-f85a2cc98641', 1, 'CHARGE', 120.00, 'USD', 1002, NULL, '', '2026-11-27 08:54:49.439706+00'),
	('b2e4ff6c-87a3-48ea-9f9b-36534556f8cd', 1, 'CHARGE', 120.00, 'USD', 1003, NULL, '', '2026-11-27 08:54:49.879105+00'),
	('b2e4ff6c-87a3-48ea-9f9b-36534556f8cd', 2, 'REFUND', 40.00, 'USD', 1003, 'b2e4ff6c-87a3-48ea-9f9b-36534556f8cd/1', 'refunded', '2026-11-27 08:54:50.286136+00'),
	('40320411-7fc2-4ca2-88e0-f035f5173fea', 1, 'CHARGE', 30.00, 'USD', 1005, NULL, '', '2026-11-27 08:54:50.499648+00'),
	('40320411-7fc2-4ca2-88e0-f035f5173fea', 2, 'REFUND', 30.00, 'USD', 1005, '40320411-7fc2-4ca2-88e0-f035f5173fea/1', 'too dear', '2026-11-27 08:54:50.585599+00'),
	('5f02e85f-3bd3-4014-a7e8-bf6062f8552d', 1, 'TRANSIENT', 40.00, 'USD', 2000, NULL, '', '2026-11-27 08:54:59.501102+00'),
	('070d1cbf-8dda-4b0e-9112-e210501ccde8', 1, 'CHARGE', 40.00, 'USD', 2001, NULL, '', '2026-11-27 08:54:59.612774+00'),
	('3f9ade63-e314-48af-b92e-f700b4cb8a62', 1, 'CHARGE', 40.00, 'USD', 3000, NULL, '', '2026-11-27 08:55:06.661238+00'),
	('bb40444c-c30b-4b69-9a1d-0f5cb1f4788d', 1, 'CHARGE', 40.00, 'USD', 3001, NULL, '', '2026-11-27 08:55:06.661281+00'),
	('128cac82-9f81-410c-b7b1-c5a00d6ea2bd', 1, 'CHARGE', 40.00, 'USD', 3002, NULL, '', '2026-11-27 08:55:06.674672+00'),
	('4443327e-0864-4600-b795-e0d3015432f3', 1, 'CHARGE', 40.00, 'USD', 3006, NULL, '', '2026-11-27 08:55:06.674732+00'),
	('5ccbffab-b1a5-4775-af0a-f2db4c981b80', 1, 'CHARGE', 40.00, 'USD', 3007, NULL, '', '2026-11-27 08:55:06.674737+00'),
	('661c91fc-7dd0-4139-9f05-f89b03aa53b9', 1, 'CHARGE', 40.00, 'USD', 3003, NULL, '', '2026-11-27 08:55:06.674714+00'),
	('8382358d-1829-4c0e-87f9-b3848aa800f1', 1, 'CHARGE', 40.00, 'USD', 3005, NULL, '', '2026-11-27 08:55:06.674727+00'),
	('a2ff902b-99b1-4578-a97a-c00cd41d3958', 1, 'CHARGE', 40.00, 'USD', 3004, NULL, '', '2026-11-27 08:55:06.674721+00'),
	('37e3139e-4e92-456c-a61a-45f59e0db756', 1, 'CHARGE', 40.00, 'USD', 3009, NULL, '', '2026-11-27 08:55:06.852121+00'),
	('774e8717-f69d-4382-b1fc-2eebae5bd7dd', 1, 'CHARGE', 40.00, 'USD', 3008, NULL, '', '2026-11-27 08:55:06.852078+00'),
	('16682c46-377e-4823-b292-878cfe4978d9', 1, 'CHARGE', 40.00, 'USD', 3010, NULL, '', '2026-11-27 08:55:06.933292+00'),
	('290500c1-55e1-4415-98fd-389baf4805d3', 1, 'CHARGE', 40.00, 'USD', 3014, NULL, '', '2026-11-27 08:55:06.933352+00'),
	('34bec44b-1486-4e2d-b64f-55b230cae9b2', 1, 'CHARGE', 40.00, 'USD', 3012, NULL, '', '2026-11-27 08:55:06.933342+00'),
	('919f3560-967d-43ec-9514-2714a80c1eb0', 1, 'CHARGE', 40.00, 'USD', 3011, NULL, '', '2026-11-27 08:55:06.933334+00'),
	('f0b5955b-3f2f-4971-ad67-e70a604e2ba1', 1, 'CHARGE', 40.00, 'USD', 3013, NULL, '', '2026-11-27 08:55:06.933347+00'),
	('f5ebed64-0324-4a3e-9886-bfc5d787545f', 1, 'CHARGE', 40.00, 'USD', 3015, NULL, '', '2026-11-27 08:55:06.933357+00');


--
-- Data for Name: stripe_intent; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: stripe_refund; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: ledger_entry ledger_entry_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (transaction_id, ordinal);


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
-- Name: uq_ledger_entry_outcome; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX uq_ledger_entry_outcome ON public.ledger_entry USING btree (transaction_id) WHERE (kind = ANY (ARRAY['CHARGE'::text, 'REFUSAL'::text, 'VOID'::text]));


--
-- Name: uq_ledger_entry_refund_id; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX uq_ledger_entry_refund_id ON public.ledger_entry USING btree (refund_id) WHERE (refund_id IS NOT NULL);


--
-- Name: ledger_entry trg_ledger_entry_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER trg_ledger_entry_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_change_of_ledger();


--
-- PostgreSQL database dump complete
--

\unrestrict easyorder

