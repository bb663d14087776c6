"""Payloads of events and kept responses are bytes."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0019_bytes"))
