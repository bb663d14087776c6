"""Audit entries say more of who acted and what changed; checkpoints cover them, and nobody changes them."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0015_audit_checkpoints"))
