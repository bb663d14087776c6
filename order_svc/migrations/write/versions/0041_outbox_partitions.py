"""The outbox is in partitions by position; what is there is the first one."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Outside of the transaction that attaches the table: all rows are read, and writers do not wait for that.
    with op.get_context().autocommit_block():
        op.execute(_BOUND_IS_NEAR)
        op.execute(_ENDS)
        op.execute("ALTER TABLE outbox VALIDATE CONSTRAINT outbox_first_ends")
    op.execute(chassis_sql("0020_outbox_partitions"))


# No bound for the clock of the last day before it, or later: if the upgrade is interrupted here and an older version
# serves on, no event is refused. IMMUTABLE, so that it is known when the table is attached that the bound holds.
_BOUND_IS_NEAR = """
CREATE OR REPLACE FUNCTION outbox_bound_is_near(bound bigint) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT CAST('2025-01-01 00:00Z' AS timestamptz) + bound / 5662310400 * interval '1 day' - now() < interval '1 day'
$$
"""
# A week ahead, of which the upgrade may take six days. A day has 86,400 times 65,536 positions. Writers do not wait for
# the lock while somebody reads the table for long, such as a dump.
_ENDS = """
DO $$
DECLARE
    bound bigint := (
        SELECT greatest(
            CAST(floor(extract(epoch FROM now() - CAST('2025-01-01 00:00Z' AS timestamptz)) / 86400) AS bigint),
            last_value / 5662310400
        ) * 5662310400 + 7 * 5662310400 FROM outbox_position
    );
BEGIN
    PERFORM set_config('lock_timeout', '200ms', true);
    LOOP
        BEGIN
            ALTER TABLE outbox DROP CONSTRAINT IF EXISTS outbox_first_ends;
            EXECUTE format(
                'ALTER TABLE outbox ADD CONSTRAINT outbox_first_ends '
                'CHECK (position < %s OR outbox_bound_is_near(%s)) NOT VALID', bound, bound
            );
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.5);
        END;
    END LOOP;
END $$
"""
