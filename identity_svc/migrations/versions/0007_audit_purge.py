"""Audit entries are purged by a function with its owner's rights, which keeps what is to be kept."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0006_audit_purge"))
