-- Events get their position when they are written; the relay, which gave it later, is gone.
LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE;
DECLARE
    unpublished CURSOR FOR SELECT id FROM outbox WHERE position IS NULL ORDER BY id FOR UPDATE;
BEGIN
    FOR event IN unpublished LOOP
        UPDATE outbox SET position = nextval('outbox_position') WHERE CURRENT OF unpublished;
    END LOOP;
END;
DROP FUNCTION publish_outbox(int);
ALTER TABLE outbox DROP COLUMN id, ALTER COLUMN position SET DEFAULT nextval('outbox_position'),
    ALTER COLUMN position SET NOT NULL;

-- Before its first position, a transaction locks the number of the last one that was given: until it has ended, nothing
-- after that number is decided. 17743 marks these locks among all advisory locks.
CREATE FUNCTION lock_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('easyorder.outbox_writer', true) IS DISTINCT FROM CAST(pg_current_xact_id() AS text) THEN
        PERFORM pg_advisory_xact_lock_shared(
            (CAST(17743 AS bigint) << 48) | (last_value - CASE WHEN is_called THEN 0 ELSE 1 END)
        ) FROM outbox_position;
        PERFORM set_config('easyorder.outbox_writer', CAST(pg_current_xact_id() AS text), true);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER lock_outbox BEFORE INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION lock_outbox();

-- `written` is the last position that was given, `pending` how many are not decided because a writer is open, `decided` the
-- last event before those: the next statement sees it, and all before it. In this order: the writer of a position that
-- the first query sees holds its lock, or has ended, when the second looks, and its events are there for the third. A
-- writer that locks an old number late makes `decided` fall for a while, but its own positions come after all of these.
CREATE FUNCTION outbox_end(OUT decided bigint, OUT written bigint, OUT pending bigint) LANGUAGE plpgsql AS $$
BEGIN
    SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END INTO written FROM outbox_position;
    SELECT written - least(written, min(((CAST(classid AS bigint) & 65535) << 32) | CAST(objid AS bigint))) INTO pending
    FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND CAST(classid AS bigint) >> 16 = 17743
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database());
    -- Not the number itself: after a crash of the server, numbers that nobody committed may be given again.
    SELECT coalesce(max(position), 0) INTO decided FROM outbox WHERE position <= written - pending;
END
$$;
