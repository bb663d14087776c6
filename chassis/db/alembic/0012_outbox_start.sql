-- No event before this position is kept. Of purged events, the index keeps entries for as long as somebody's snapshot
-- needs them, and whoever looks for the first one passes them all.
CREATE TABLE outbox_start (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    position bigint NOT NULL
);
INSERT INTO outbox_start (position) SELECT coalesce(min(position), 0) FROM outbox;

-- `first` is the oldest event that is kept. `written` is the last position that was given, `pending` how many are not
-- decided because a writer is open, `decided` the last event before those: the next statement sees it, and all before
-- it. In this order: the writer of a position that the first query sees holds its lock, or has ended, when the second
-- looks, and its events are there for the third. A writer that locks an old number late makes `decided` fall for a
-- while, but its own positions come after all of these.
CREATE OR REPLACE FUNCTION outbox_end(OUT first bigint, OUT decided bigint, OUT written bigint, OUT pending bigint)
LANGUAGE plpgsql AS $$
BEGIN
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
