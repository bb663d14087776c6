"""The outbox says where it starts."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0012_outbox_start"))
