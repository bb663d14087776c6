"""A request_id is used once; only its response is erased."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0008_keys_kept"))
