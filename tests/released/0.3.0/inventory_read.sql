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
-- Name: search_document(text, text, text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.search_document(name text, description text, skus text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT to_tsvector('simple', public.search_form(name || ' ' || description))
        || array_to_tsvector(array_remove(string_to_array(public.search_form(skus), E'\n'), ''))
        || array_to_tsvector(ARRAY(
            SELECT '/' || part FROM unnest(public.search_parts(public.search_form(skus))) AS part
        ))
$$;


--
-- Name: search_form(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.search_form(written text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
            SELECT normalize(translate(replace(replace(
                lower(upper(normalize(written, NFC) COLLATE pg_unicode_fast) COLLATE pg_unicode_fast), U&'i\0307', 'i'), 'ß', 'ss'),
                U&'\03C2\0131', U&'\03C3i'), NFC) COLLATE pg_unicode_fast
        $$;


--
-- Name: search_parts(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.search_parts(form text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT array_remove(regexp_split_to_array(form, '(\W|_)+'), '')
$$;


--
-- Name: search_prefix(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.search_prefix(lexeme text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || ''':*'
$$;


--
-- Name: search_query(jsonb); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.search_query(words jsonb) RETURNS tsquery
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
    SELECT CAST(string_agg('(' || CAST(
        to_tsquery('simple', search_prefix(form)) || CAST(search_prefix(form) AS tsquery) || CAST(coalesce((
            SELECT string_agg(search_prefix('/' || part), ' & ') FROM unnest(search_parts(form)) AS part
        ), '') AS tsquery) AS text
    ) || ')', ' & ') AS tsquery)
    FROM jsonb_array_elements_text(words) AS word, LATERAL search_form(word) AS form
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
-- Name: catalogue; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalogue (
    id bigint NOT NULL,
    epoch text DEFAULT (gen_random_uuid())::text NOT NULL,
    generation bigint DEFAULT 0 NOT NULL,
    forgotten bigint DEFAULT 0 NOT NULL,
    total bigint DEFAULT 0 NOT NULL,
    CONSTRAINT catalogue_id_check CHECK ((id = 1))
)
WITH (fillfactor='20');


--
-- Name: catalogue_change; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.catalogue_change (
    generation bigint NOT NULL,
    product_id bigint NOT NULL,
    kind text NOT NULL,
    words boolean NOT NULL
);


--
-- Name: incentive; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.incentive (
    id bigint NOT NULL,
    is_deleted boolean NOT NULL,
    row_version bigint NOT NULL,
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
    modified_on timestamp with time zone
);


--
-- Name: inventory; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.inventory (
    id bigint NOT NULL,
    is_deleted boolean NOT NULL,
    row_version bigint NOT NULL,
    on_hand bigint NOT NULL,
    reserved bigint NOT NULL,
    sold bigint NOT NULL,
    backordered bigint NOT NULL,
    warehouse_location text NOT NULL,
    modified_on timestamp with time zone
)
WITH (fillfactor='50');


--
-- Name: product; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product (
    id bigint NOT NULL,
    is_deleted boolean NOT NULL,
    row_version bigint NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    currency text NOT NULL,
    base_price numeric(18,2) NOT NULL,
    created_on timestamp with time zone NOT NULL,
    modified_on timestamp with time zone NOT NULL,
    deleted_on timestamp with time zone
);


--
-- Name: product_document; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product_document (
    id bigint NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    skus text NOT NULL,
    document jsonb NOT NULL,
    search tsvector GENERATED ALWAYS AS (public.search_document(name, description, skus)) STORED NOT NULL,
    currency text NOT NULL,
    is_deleted boolean NOT NULL
)
WITH (fillfactor='70');


--
-- Name: product_item; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product_item (
    id bigint NOT NULL,
    is_deleted boolean NOT NULL,
    row_version bigint NOT NULL,
    product_id bigint NOT NULL,
    sku text NOT NULL,
    price_override numeric(18,2),
    backorderable boolean NOT NULL
);


--
-- Name: product_item_option; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.product_item_option (
    id bigint NOT NULL,
    is_deleted boolean NOT NULL,
    row_version bigint NOT NULL,
    product_item_id bigint NOT NULL,
    variation_option_id bigint NOT NULL
);


--
-- Name: variation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.variation (
    id bigint NOT NULL,
    is_deleted boolean NOT NULL,
    row_version bigint NOT NULL,
    product_id bigint NOT NULL,
    name text NOT NULL
);


--
-- Name: variation_option; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.variation_option (
    id bigint NOT NULL,
    is_deleted boolean NOT NULL,
    row_version bigint NOT NULL,
    variation_id bigint NOT NULL,
    value text NOT NULL,
    price_modifier numeric(18,2) NOT NULL
);


--
-- Data for Name: alembic_version; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.alembic_version VALUES
	('0005');


--
-- Data for Name: catalogue; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.catalogue VALUES
	(1, '8b469695-c609-4576-9aec-0474cdf8941c', 2, 0, 2);


--
-- Data for Name: catalogue_change; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.catalogue_change VALUES
	(1, 1, 'CREATED', true),
	(2, 2, 'CREATED', true);


--
-- Data for Name: incentive; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.incentive VALUES
	(2, false, 2, 'DOUBLE', 'LOYALTY_MULTIPLIER', 2, '', NULL, NULL, NULL, NULL, '[]', NULL, NULL, true, 0, 0, 1, true, 1, '2026-11-28 13:16:16.908878+00'),
	(1, false, 4, 'QUARTER', 'PERCENT', 25, '', NULL, NULL, NULL, NULL, '[]', 5, NULL, true, 0, 0, 1, true, 1, '2026-11-28 13:16:17.364109+00');


--
-- Data for Name: inventory; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.inventory VALUES
	(3, false, 2, 1, 1, 0, 2, 'A-1', '2026-11-28 13:16:17.408132+00'),
	(1, false, 15, 92, 3, 9, 0, 'A-1', '2026-11-28 13:16:19.994275+00'),
	(2, false, 7, 99, 2, 2, 0, 'A-1', '2026-11-28 13:16:23.137847+00');


--
-- Data for Name: product; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product VALUES
	(1, false, 1, 'Desk lamp released', 'Bends, and stays bent.', 'USD', 40.00, '2026-11-28 13:16:16.829732+00', '2026-11-28 13:16:16.829739+00', NULL),
	(2, false, 1, 'Desk lamp rare', 'Bends, and stays bent.', 'USD', 40.00, '2026-11-28 13:16:16.853675+00', '2026-11-28 13:16:16.853681+00', NULL);


--
-- Data for Name: product_document; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product_document VALUES
	(1, 'Desk lamp released', 'Bends, and stays bent.', 'LAMP-RELEASED-RED-S
LAMP-RELEASED-BLUE-S', '{"id": 1, "name": "Desk lamp released", "items": [{"id": 1, "sku": "LAMP-RELEASED-RED-S", "options": [{"value": "red", "variation": "Colour"}, {"value": "S", "variation": "Size"}], "backorderable": false, "price_override": null}, {"id": 2, "sku": "LAMP-RELEASED-BLUE-S", "options": [{"value": "blue", "variation": "Colour"}, {"value": "S", "variation": "Size"}], "backorderable": false, "price_override": null}], "version": 1, "base_price": {"amount": "40.00", "currency": "USD"}, "created_on": "2026-11-28T13:16:16.829732+00:00", "variations": [{"id": 1, "name": "Colour", "options": [{"id": 1, "value": "red", "price_modifier": {"amount": "0.00", "currency": "USD"}}, {"id": 2, "value": "blue", "price_modifier": {"amount": "0.00", "currency": "USD"}}]}, {"id": 2, "name": "Size", "options": [{"id": 3, "value": "S", "price_modifier": {"amount": "0.00", "currency": "USD"}}]}], "description": "Bends, and stays bent.", "modified_on": "2026-11-28T13:16:16.829739+00:00"}', DEFAULT, 'USD', false),
	(2, 'Desk lamp rare', 'Bends, and stays bent.', 'LAMP-RARE-RED-S', '{"id": 2, "name": "Desk lamp rare", "items": [{"id": 3, "sku": "LAMP-RARE-RED-S", "options": [{"value": "red", "variation": "Colour"}, {"value": "S", "variation": "Size"}], "backorderable": true, "price_override": null}], "version": 1, "base_price": {"amount": "40.00", "currency": "USD"}, "created_on": "2026-11-28T13:16:16.853675+00:00", "variations": [{"id": 3, "name": "Colour", "options": [{"id": 4, "value": "red", "price_modifier": {"amount": "0.00", "currency": "USD"}}]}, {"id": 4, "name": "Size", "options": [{"id": 5, "value": "S", "price_modifier": {"amount": "0.00", "currency": "USD"}}]}], "description": "Bends, and stays bent.", "modified_on": "2026-11-28T13:16:16.853681+00:00"}', DEFAULT, 'USD', false);


--
-- Data for Name: product_item; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product_item VALUES
	(1, false, 1, 1, 'LAMP-RELEASED-RED-S', NULL, false),
	(2, false, 1, 1, 'LAMP-RELEASED-BLUE-S', NULL, false),
	(3, false, 1, 2, 'LAMP-RARE-RED-S', NULL, true);


--
-- Data for Name: product_item_option; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.product_item_option VALUES
	(1, false, 1, 1, 1),
	(2, false, 1, 1, 3),
	(3, false, 1, 2, 2),
	(4, false, 1, 2, 3),
	(5, false, 1, 3, 4),
	(6, false, 1, 3, 5);


--
-- Data for Name: variation; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.variation VALUES
	(1, false, 1, 1, 'Colour'),
	(2, false, 1, 1, 'Size'),
	(3, false, 1, 2, 'Colour'),
	(4, false, 1, 2, 'Size');


--
-- Data for Name: variation_option; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.variation_option VALUES
	(1, false, 1, 1, 'red', 0.00),
	(2, false, 1, 1, 'blue', 0.00),
	(3, false, 1, 2, 'S', 0.00),
	(4, false, 1, 3, 'red', 0.00),
	(5, false, 1, 4, 'S', 0.00);


--
-- Name: alembic_version alembic_version_pkc; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);


--
-- Name: catalogue_change catalogue_change_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalogue_change
    ADD CONSTRAINT catalogue_change_pkey PRIMARY KEY (generation, product_id);


--
-- Name: catalogue catalogue_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.catalogue
    ADD CONSTRAINT catalogue_pkey PRIMARY KEY (id);


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
-- Name: product_document product_document_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_document
    ADD CONSTRAINT product_document_pkey PRIMARY KEY (id);


--
-- Name: product_item_option product_item_option_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item_option
    ADD CONSTRAINT product_item_option_pkey PRIMARY KEY (id);


--
-- Name: product_item product_item_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product_item
    ADD CONSTRAINT product_item_pkey PRIMARY KEY (id);


--
-- Name: product product_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.product
    ADD CONSTRAINT product_pkey PRIMARY KEY (id);


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
-- Name: ix_product_document_currency; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_product_document_currency ON public.product_document USING btree (currency, id) WHERE (NOT is_deleted);


--
-- Name: ix_product_document_live; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_product_document_live ON public.product_document USING btree (id) WHERE (NOT is_deleted);


--
-- Name: ix_product_document_search; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_product_document_search ON public.product_document USING gin (search);


--
-- Name: ix_product_item_option_product_item_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_product_item_option_product_item_id ON public.product_item_option USING btree (product_item_id);


--
-- Name: ix_product_item_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_product_item_product_id ON public.product_item USING btree (product_id);


--
-- Name: ix_variation_option_variation_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_variation_option_variation_id ON public.variation_option USING btree (variation_id);


--
-- Name: ix_variation_product_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_variation_product_id ON public.variation USING btree (product_id);


--
-- PostgreSQL database dump complete
--

\unrestrict easyorder

