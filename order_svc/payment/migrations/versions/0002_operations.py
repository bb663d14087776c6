"""The chassis's tables, so that operators list the unexpected errors of this process like those of any service."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in (
        "0001_tables",
        "0002_job_secret",
        "0004_retention",
        "0005_outbox",
        "0006_audit_purge",
        "0007_events_kept",
    ):
        op.execute(chassis_sql(name))
