"""Events are purged by their age, once all consumers have them."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0007_events_kept"))
