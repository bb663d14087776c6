"""Each service connects to PostgreSQL as its own role, with only the rights that the service needs.

A role reads and writes rows in the databases of its service, and changes no schema. It can only insert into the ledger,
the audit entries and their checkpoints; a function with the owner's rights deletes audit entries older than the owner's
setting.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from chassis.db.engine import make_engine

# The rights that a service's role lacks on these tables, if a database has them.
KEPT_FROM_ROLES = {
    # Read before a service starts (deploy.upgraded).
    "alembic_version": "INSERT, UPDATE, DELETE",
    "audit_retention": "ALL",
    "audit_entry": "UPDATE, DELETE",
    "audit_checkpoint": "UPDATE, DELETE",
    "ledger_entry": "UPDATE, DELETE",
}
# Of connections.
NO_LIMIT = -1
# Any constant: only one process at a time grants rights.
_LOCK = text("SELECT pg_advisory_xact_lock(5082105)")
_PASSWORD = text("SELECT set_config('easyorder.password', :password, true)")
_LOGIN = """
DO $$ BEGIN
    IF to_regrole('{role}') IS NULL THEN
        CREATE ROLE {role};
    END IF;
    EXECUTE format('ALTER ROLE {role} LOGIN CONNECTION LIMIT {connections} PASSWORD %L',
        current_setting('easyorder.password'));
END $$
"""
_RETENTION = """
DO $$ BEGIN
    IF to_regclass('audit_retention') IS NOT NULL THEN
        INSERT INTO audit_retention (days) VALUES ({days}) ON CONFLICT (id) DO UPDATE SET days = {days};
    END IF;
END $$
"""
_RIGHTS = """
DO $$
DECLARE
    name text;
    refused text;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO {role}', current_database());
    REVOKE ALL ON SCHEMA public FROM PUBLIC;
    GRANT USAGE ON SCHEMA public TO {role};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role};
    FOR name, refused IN
        SELECT tablename, rights FROM pg_tables JOIN (VALUES {kept}) AS kept(tablename, rights) USING (tablename)
        WHERE schemaname = 'public'
    LOOP
        EXECUTE format('REVOKE %s ON %I FROM {role}', refused, name);
    END LOOP;
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role};
    IF to_regclass('product_id_seq') IS NOT NULL THEN  -- administrators may choose the id of a product
        GRANT UPDATE ON SEQUENCE product_id_seq TO {role};
    END IF;
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {role};
END $$
"""


async def grant(
    urls: Sequence[str], role: str, password: str, *, audit_kept_days: float, connections: int = NO_LIMIT
) -> None:
    """Makes `role` if it is missing, and grants it its rights in the databases and the number of connections to all.

    Audit entries of the last `audit_kept_days` are kept from now on, regardless of the service's settings.

    The user of the URLs must own the databases and may make roles.
    """
    kept = ", ".join(f"('{table}', '{rights}')" for table, rights in KEPT_FROM_ROLES.items())
    for number, url in enumerate(urls):
        engine = make_engine(url, application_name="roles", pool_size=1)
        try:
            async with engine.begin() as connection:
                await connection.execute(_LOCK)
                if not number:  # the role is shared by all databases
                    await connection.execute(_PASSWORD, {"password": password})
                    await connection.execute(text(_LOGIN.format(role=role, connections=connections)))
                await connection.execute(text(_RETENTION.format(days=float(audit_kept_days))))
                await connection.execute(text(_RIGHTS.format(role=role, kept=kept)))
        finally:
            await engine.dispose()
