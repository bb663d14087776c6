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
-- Name: credential; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.credential (
    user_id uuid NOT NULL,
    password_hash text NOT NULL
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
-- Name: lockout; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.lockout (
    email_digest text NOT NULL,
    failures integer NOT NULL,
    last_failed_on timestamp with time zone,
    locked_until timestamp with time zone
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
-- Name: refresh_token; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.refresh_token (
    digest text NOT NULL,
    family_id uuid NOT NULL,
    user_id uuid NOT NULL,
    issued_on timestamp with time zone NOT NULL,
    expires_on timestamp with time zone NOT NULL
);


--
-- Name: role; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.role (
    name text NOT NULL
);


--
-- Name: signing_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.signing_key (
    kid text NOT NULL,
    public_key bytea NOT NULL,
    private_key bytea NOT NULL,
    created_on timestamp with time zone NOT NULL,
    retired_on timestamp with time zone
);


--
-- Name: team; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.team (
    id uuid NOT NULL,
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
    created_by_team text,
    modified_on timestamp with time zone NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean DEFAULT false NOT NULL,
    deleted_on timestamp with time zone,
    row_version bigint DEFAULT 1 NOT NULL
);


--
-- Name: user_role; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.user_role (
    user_id uuid NOT NULL,
    role text NOT NULL
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
	(1, '2026-11-27 08:54:48.294529+00', 'anonymous', 'Login', '', 'OK', 'efd1162b-5331-49ff-9a7e-07424acaa818', ''),
	(2, '2026-11-27 08:54:48.331985+00', 'anonymous', 'Register', '637c5000-697c-4970-b24a-95d2c16b62e7', 'OK', 'b77f2f2b-e41c-4cb3-a688-97cf5d36a546', ''),
	(3, '2026-11-27 08:54:48.377837+00', 'anonymous', 'Login', '', 'OK', 'b3248bc4-8ddf-4db7-9f8d-de32ee5b471a', ''),
	(4, '2026-11-27 08:54:48.411051+00', 'anonymous', 'Register', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', 'OK', '5f42f10a-5a35-4165-b65f-0960dc5c700c', ''),
	(5, '2026-11-27 08:54:48.458292+00', 'anonymous', 'Login', '', 'OK', 'feada2a2-114a-40bb-a121-e0b7b5859ecc', '');


--
-- Data for Name: credential; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.credential VALUES
	('8ebda9e9-5d41-4fc7-ade2-443fc34bf483', '$argon2id$v=19$m=64,t=1,p=1$ofLE3jGydAdEcMiU6QwtGg$7ILmz7nCrgPXlbsYanlYdfeIeURIhrajoRYt9vW79f0'),
	('637c5000-697c-4970-b24a-95d2c16b62e7', '$argon2id$v=19$m=64,t=1,p=1$sqViXoqvapeHU8bXTKRWJg$y5dR3sdDTcEVYJYrxz151FG1tBoHs5or+TeWRSL6frc'),
	('0c8e6c4e-fc8d-4be4-8d61-523d835aae26', '$argon2id$v=19$m=64,t=1,p=1$r0WkZj6wunRwIZEi1kGFSw$GRrQ/Tl8a6UO0hwTsJ5AzupBI3RJiMO1VWy/MFJ62Xk');


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
-- Data for Name: outbox; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: recorded_error; Type: TABLE DATA; Schema: public; Owner: -
--



--
-- Data for Name: refresh_token; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.refresh_token VALUES
	('48981fa0c184eba4b4d10de342d0844a82caaff3ee45a4015a5ff97c5e1ff19f', 'eb681199-914a-4521-bf64-2a27e9de7d79', '8ebda9e9-5d41-4fc7-ade2-443fc34bf483', '2026-11-27 08:54:48.282437+00', '2026-12-27 08:54:48.282437+00'),
	('9ac8cbe3e5174f38ffd4ba61e383670a02cc6a6014ce2c48f23d968523c0adca', '27bf99c6-e302-4f49-a796-1a88539faa31', '637c5000-697c-4970-b24a-95d2c16b62e7', '2026-11-27 08:54:48.367292+00', '2026-12-27 08:54:48.367292+00'),
	('6bc3c2e7ce2bee7900e92224d410af03011fbbc9dbd0ab3c130b42dfcb27817a', '89f1dc93-2133-43c2-8580-d637f0d01899', '0c8e6c4e-fc8d-4be4-8d61-523d835aae26', '2026-11-27 08:54:48.447726+00', '2026-12-27 08:54:48.447726+00');


--
-- Data for Name: role; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.role VALUES
	('ADMIN'),
	('USER');


--
-- Data for Name: signing_key; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.signing_key VALUES
	('m9pXIEoND4BkfdKQYgoXslSJSJcV40jQ6a3PqcbXIb0', '\x191293caca6aa94fd497198e3fafa1ed0cb4aee28225c6ae366b2c609a0e12b1', '\xbcfb56f45f928f7623394b36d458e6add9244f8159b9070bc371bca6c5797215ef3c029734b3dfc492550f4d9a26656ff8337466e64c6fdcde21fa70', '2026-11-27 08:54:42.565924+00', NULL);


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
	('8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'admin@example.com', 'Administrator', false, '2026-11-27 08:54:42.768711+00', 'anonymous', NULL, '2026-11-27 08:54:42.768711+00', 'anonymous', false, NULL, 1),
	('637c5000-697c-4970-b24a-95d2c16b62e7', 'ann@example.com', 'ann', false, '2026-11-27 08:54:48.311057+00', 'anonymous', NULL, '2026-11-27 08:54:48.311057+00', 'anonymous', false, NULL, 1),
	('0c8e6c4e-fc8d-4be4-8d61-523d835aae26', 'bob@example.com', 'bob', false, '2026-11-27 08:54:48.395617+00', 'anonymous', NULL, '2026-11-27 08:54:48.395617+00', 'anonymous', false, NULL, 1);


--
-- Data for Name: user_role; Type: TABLE DATA; Schema: public; Owner: -
--

INSERT INTO public.user_role VALUES
	('8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'USER'),
	('8ebda9e9-5d41-4fc7-ade2-443fc34bf483', 'ADMIN'),
	('637c5000-697c-4970-b24a-95d2c16b62e7', 'USER'),
	('0c8e6c4e-fc8d-4be4-8d61-523d835aae26', 'USER');


--
-- Name: audit_entry_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.audit_entry_id_seq', 5, true);


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
-- Name: recorded_error_id_seq; Type: SEQUENCE SET; Schema: public; Owner: -
--

SELECT pg_catalog.setval('public.recorded_error_id_seq', 1, false);


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
-- Name: credential credential_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (user_id);


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
-- Name: recorded_error recorded_error_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recorded_error
    ADD CONSTRAINT recorded_error_pkey PRIMARY KEY (id);


--
-- Name: refresh_token refresh_token_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_pkey PRIMARY KEY (digest);


--
-- Name: role role_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.role
    ADD CONSTRAINT role_pkey PRIMARY KEY (name);


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
-- Name: ix_lockout_last_failed_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_lockout_last_failed_on ON public.lockout USING btree (last_failed_on);


--
-- Name: ix_outbox_unpublished; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_outbox_unpublished ON public.outbox USING btree (id) WHERE ("position" IS NULL);


--
-- Name: ix_recorded_error_time; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_recorded_error_time ON public.recorded_error USING btree ("time");


--
-- Name: ix_refresh_token_expires_on; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_refresh_token_expires_on ON public.refresh_token USING btree (expires_on);


--
-- Name: ix_refresh_token_family_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_refresh_token_family_id ON public.refresh_token USING btree (family_id);


--
-- Name: ix_refresh_token_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_refresh_token_user_id ON public.refresh_token USING btree (user_id);


--
-- Name: ix_team_member_user_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX ix_team_member_user_id ON public.team_member USING btree (user_id);


--
-- Name: credential credential_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.credential
    ADD CONSTRAINT credential_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.user_account(id);


--
-- Name: refresh_token refresh_token_user_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.refresh_token
    ADD CONSTRAINT refresh_token_user_id_fkey FOREIGN KEY (user_id) REFERENCES public.user_account(id);


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
-- PostgreSQL database dump complete
--

\unrestrict easyorder

