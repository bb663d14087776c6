-- The run of the server, and the database in it, that gives the positions. After a start of the server, a failover or a
-- restore the present one is another: then the next position comes from the clock, above all that were ever given.
CREATE TABLE outbox_epoch (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    server text NOT NULL
);
INSERT INTO outbox_epoch (server) VALUES ('');

-- The file has another name in each database, and after TRUNCATE or a restore in place.
CREATE FUNCTION outbox_server() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CAST(extract(epoch FROM pg_postmaster_start_time()) AS text) || ' ' || pg_relation_filepath('outbox')
$$;

-- An epoch begins at the seconds since 2025 times 65,536, so no epoch may have more events a second than that. Until 2161
-- this is less than 48 bits, which is what a lock has room for, and JavaScript has all such numbers. Readers of the last
-- position wait for the row until this transaction ends. It runs with the rights of its owner: a service's role may take
-- numbers from the sequence, but not set it.
CREATE FUNCTION begin_outbox_epoch() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
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

CREATE OR REPLACE FUNCTION lock_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
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

-- `first` is the oldest event that is kept. `written` is the last position that was given, `pending` how many are not
-- decided because a writer is open, `decided` the last event before those: the next statement sees it, and all before
-- it. In this order: the writer of a position that the first query sees holds its lock, or has ended, when the second
-- looks, and its events are there for the third. A writer that locks an old number late makes `decided` fall for a
-- while, but its own positions come after all of these.
CREATE OR REPLACE FUNCTION outbox_end(OUT first bigint, OUT decided bigint, OUT written bigint, OUT pending bigint)
LANGUAGE plpgsql AS $$
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
