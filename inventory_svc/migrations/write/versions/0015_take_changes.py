"""Changes are taken from the log by a function."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0009_take_changes"))
