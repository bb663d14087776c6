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
        op.execute("ALTER TABLE outbox DROP CONSTRAINT IF EXISTS outbox_first_ends")
        op.execute(_ENDS)
        op.execute("ALTER TABLE outbox VALIDATE CONSTRAINT outbox_first_ends")
    op.execute(chassis_sql("0020_outbox_partitions"))


# A week ahead: until then, the upgrade can be begun again while the shop runs. A day has 86,400 times 65,536 positions.
_ENDS = """
DO $$ BEGIN
    EXECUTE format('ALTER TABLE outbox ADD CONSTRAINT outbox_first_ends CHECK (position < %s) NOT VALID', (
        SELECT greatest(
            CAST(floor(extract(epoch FROM now() - CAST('2025-01-01 00:00Z' AS timestamptz)) / 86400) AS bigint),
            last_value / 5662310400
        ) * 5662310400 + 7 * 5662310400 FROM outbox_position
    ));
END $$
"""
