"""Functions that take jobs and old rows from the front of a long backlog."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for change in ("0010_claim_jobs", "0011_purges"):
        op.execute(chassis_sql(change))
