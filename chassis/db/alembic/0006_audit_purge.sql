-- How long audit entries are kept at least. No row: as long as whoever purges says. A service's role cannot write it.
CREATE TABLE audit_retention (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    days double precision NOT NULL CHECK (days > 0)
);
-- With the rights of its owner: a service's role may not delete audit entries itself.
CREATE FUNCTION purge_audit_entries(older_than_s double precision, batch integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH purged AS (
        DELETE FROM audit_entry WHERE id = ANY (ARRAY (
            SELECT id FROM audit_entry
            WHERE time < now() - make_interval(secs => greatest(older_than_s, (SELECT days * 86400 FROM audit_retention)))
            ORDER BY time LIMIT batch FOR UPDATE SKIP LOCKED
        )) RETURNING id
    )
    SELECT count(*) FROM purged
$$;
