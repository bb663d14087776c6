"""Payloads of events are text."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0017_outbox_text"))
