"""Positions of events grow on in a restored database."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0013_outbox_epoch"))
