-- The outbox in partitions by position, which are partitions in time, as an epoch begins each day: the past is dropped
-- instead of deleted. What is there becomes the first partition. It is emptied row by row, as before, up to
-- `rows_until`.
PERFORM set_config('lock_timeout', '200ms', true);
LOOP
    BEGIN
        LOCK TABLE outbox, outbox_start IN ACCESS EXCLUSIVE MODE;
        EXIT;
    EXCEPTION WHEN lock_not_available THEN
        -- Somebody reads it for long, such as a dump: writers do not wait for that.
        PERFORM pg_sleep(0.5);
    END;
END LOOP;
PERFORM set_config('lock_timeout', '0', true);
ALTER TABLE outbox_start ADD COLUMN rows_until bigint NOT NULL DEFAULT 0;

-- The position at which the day of a moment begins, in UTC.
CREATE FUNCTION outbox_day(moment timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT CAST(floor(extract(epoch FROM moment - CAST('2025-01-01 00:00Z' AS timestamptz)) / 86400) AS bigint)
        * (86400 * CAST(65536 AS bigint))
$$;

-- As before, and the day. The file is that of a table which is no parent of others: a parent has none.
CREATE OR REPLACE FUNCTION outbox_server() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CAST(extract(epoch FROM pg_postmaster_start_time()) AS text) || ' ' || pg_relation_filepath('outbox_start')
        || ' ' || CAST(outbox_day(statement_timestamp()) AS text)
$$;

-- Where a partition ends: no position is as high. Null: it takes all that come after the others.
CREATE FUNCTION outbox_partitions() RETURNS TABLE (name text, starts bigint, ends bigint) LANGUAGE sql STABLE AS $$
    SELECT c.relname, CAST(substring(bounds FROM 'FROM \(''(\d+)') AS bigint),
        CAST(substring(bounds FROM 'TO \(''(\d+)') AS bigint)
    FROM pg_inherits JOIN pg_class AS c ON c.oid = inhrelid, pg_get_expr(relpartbound, c.oid) AS bounds
    WHERE inhparent = CAST('outbox' AS regclass)
$$;

-- Makes partitions ahead, of a sixth of the time that events are kept, and drops those of which all events are older,
-- none is the newest, and all consumers have them. What has no other partition goes to the last one, outbox_rest: no
-- order waits for a partition. The table is locked for some milliseconds; where that is not to be had within
-- `lock_timeout`, as while a dump reads it, the next call tries again. It runs with the rights of its owner: a service's
-- role changes no tables. Closing outbox_rest reads all of it under the lock, so not if it is larger than `at_most_mb`.
CREATE FUNCTION turn_outbox_partitions(
    older_than_s double precision, at_most_mb double precision DEFAULT 200,
    OUT made integer, OUT dropped integer, OUT held_up boolean, OUT too_large boolean
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET lock_timeout = '100ms' AS $$
DECLARE
    day bigint := outbox_day('2025-01-02 00:00Z');
    width bigint := day * greatest(1, CAST(floor(older_than_s / 86400 / 6) AS bigint));
    last bigint := (SELECT last_value FROM outbox_position);
    -- Positions are ahead of the clock if that was ahead once.
    present bigint := greatest(outbox_day(now()), last / day * day);
    until bigint := greatest(outbox_day(now() + interval '2 days'), present) + 2 * width;
    old timestamptz := now() - make_interval(secs => older_than_s);
    next bigint;
    rest bigint;
    newest timestamptz;
    part record;
BEGIN
    made := 0;
    dropped := 0;
    held_up := false;
    too_large := false;
    PERFORM FROM outbox_start FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    BEGIN
        SELECT starts INTO next FROM outbox_partitions() WHERE ends IS NULL;
        too_large := next < until AND pg_relation_size('outbox_rest') > at_most_mb * 1048576;
        IF next < until AND NOT too_large THEN
            ALTER TABLE outbox DETACH PARTITION outbox_rest;
            IF EXISTS (SELECT FROM outbox_rest) THEN
                -- Nobody has called this for long. It is read once, to see that it ends there.
                SELECT greatest(outbox_day(now()) + width, max(position) + 1) INTO rest FROM outbox_rest;
                EXECUTE format('ALTER TABLE outbox_rest RENAME TO outbox_%s', next);
                EXECUTE format('ALTER TABLE outbox ATTACH PARTITION outbox_%s FOR VALUES FROM (%s) TO (%s)',
                    next, next, rest);
                EXECUTE format('CREATE TABLE outbox_rest (LIKE outbox_%s INCLUDING ALL)', next);
                next := rest;
                made := made + 1;
            END IF;
            WHILE next < until LOOP
                -- One is enough for a time that is over.
                rest := greatest(next + width, present);
                EXECUTE format('CREATE TABLE outbox_%s (LIKE outbox_rest INCLUDING ALL)', next);
                EXECUTE format('ALTER TABLE outbox ATTACH PARTITION outbox_%s FOR VALUES FROM (%s) TO (%s)',
                    next, next, rest);
                next := rest;
                made := made + 1;
            END LOOP;
            EXECUTE format('ALTER TABLE outbox ATTACH PARTITION outbox_rest FOR VALUES FROM (%s) TO (MAXVALUE)', next);
        END IF;
    EXCEPTION WHEN lock_not_available THEN
        made := 0;
        held_up := true;
    END;
    -- Their partition does not end soon: it is emptied row by row.
    IF too_large OR last >= outbox_day(now() + interval '2 days') THEN
        UPDATE outbox_start SET rows_until = greatest(rows_until, last + 1);
    END IF;
    BEGIN
        FOR part IN SELECT name, ends FROM outbox_partitions() WHERE ends IS NOT NULL ORDER BY ends LOOP
            EXIT WHEN part.ends > least(
                (SELECT min(position) FROM feed_consumer), (SELECT coalesce(max(position), 0) FROM outbox)
            );
            -- Of a clock that was ahead. While the time of a partition is not over, it is dropped only if it is empty.
            EXECUTE format('SELECT occurred_on FROM %I ORDER BY position DESC LIMIT 1', part.name) INTO newest;
            EXIT WHEN newest >= old OR (newest IS NOT NULL AND part.ends > outbox_day(old));
            IF newest IS NULL THEN
                -- Whoever might write to it has ended then.
                LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE;
                EXECUTE format('SELECT occurred_on FROM %I LIMIT 1', part.name) INTO newest;
                EXIT WHEN newest IS NOT NULL;
            END IF;
            EXECUTE format('DROP TABLE %I', part.name);
            UPDATE outbox_start SET position = greatest(position, part.ends);
            dropped := dropped + 1;
        END LOOP;
    EXCEPTION WHEN lock_not_available THEN
        dropped := 0;
        held_up := true;
    END;
END
$$;

ALTER TABLE outbox RENAME TO outbox_first;
CREATE TABLE outbox (LIKE outbox_first INCLUDING DEFAULTS INCLUDING STORAGE) PARTITION BY RANGE (position);
-- Each partition has keys of its own. Positions are unique, as no two partitions have the same; an event of an order is
-- where those are that could be written at the same time. Keys of the whole table could not have the second one, and a
-- dump with --clean could not be restored.
CREATE TABLE outbox_rest (LIKE outbox INCLUDING ALL, UNIQUE (position), UNIQUE (aggregate_id, sequence));
CREATE TRIGGER lock_outbox BEFORE INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION lock_outbox();
DROP TRIGGER lock_outbox ON outbox_first;
DECLARE
    -- What has been checked, so that the rows need not be read now.
    checked bigint := (
        SELECT CAST(substring(pg_get_constraintdef(oid) FROM '\d+') AS bigint) FROM pg_constraint
        WHERE conrelid = CAST('outbox_first' AS regclass) AND conname = 'outbox_first_ends' AND convalidated
    );
    day bigint := outbox_day('2025-01-02 00:00Z');
    ends bigint := coalesce(checked, (
        SELECT greatest(outbox_day(now()), last_value / day * day) + 2 * day FROM outbox_position
    ));
    granted record;
BEGIN
    EXECUTE format('ALTER TABLE outbox ATTACH PARTITION outbox_first FOR VALUES FROM (MINVALUE) TO (%s)', ends);
    UPDATE outbox_start SET rows_until = ends;
    ALTER TABLE outbox_first DROP CONSTRAINT IF EXISTS outbox_first_ends;
    DROP FUNCTION IF EXISTS outbox_bound_is_near(bigint);
    -- Three months, in which nobody need call turn_outbox_partitions, as while an older version serves.
    FOR number IN 1..9 LOOP
        EXECUTE format('CREATE TABLE outbox_%s (LIKE outbox_rest INCLUDING ALL)', ends);
        EXECUTE format('ALTER TABLE outbox ATTACH PARTITION outbox_%s FOR VALUES FROM (%s) TO (%s)',
            ends, ends, ends + 10 * day);
        ends := ends + 10 * day;
    END LOOP;
    EXECUTE format('ALTER TABLE outbox ATTACH PARTITION outbox_rest FOR VALUES FROM (%s) TO (MAXVALUE)', ends);
    -- Whoever might use the table still may, without a moment in between.
    FOR granted IN
        SELECT grantee, privilege_type AS may FROM pg_class, aclexplode(relacl)
        WHERE oid = CAST('outbox_first' AS regclass) AND grantee NOT IN (0, relowner)
    LOOP
        EXECUTE format('GRANT %s ON outbox TO %I', granted.may, pg_get_userbyid(granted.grantee));
    END LOOP;
END;
