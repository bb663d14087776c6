"""Due jobs are leased by a function."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0010_claim_jobs"))
