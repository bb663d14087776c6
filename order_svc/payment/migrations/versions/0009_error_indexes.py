"""Errors are found by their correlation id and their time."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0018_error_indexes"))
