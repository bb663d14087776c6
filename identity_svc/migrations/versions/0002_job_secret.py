"""Jobs keep what nobody may see apart from their payload."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0002_job_secret"))
