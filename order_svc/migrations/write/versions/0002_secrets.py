"""Card tokens leave the payloads of jobs, and everything that has ended."""

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(chassis_sql("0002_job_secret"))
    op.execute(
        """
        UPDATE job SET payload = payload - 'token',
            secret = CASE WHEN state IN ('READY', 'RUNNING', 'DEAD') THEN payload ->> 'token' ELSE '' END
        WHERE payload -> 'token' IS NOT NULL
        """
    )
    # Nobody outside is to hear of it: the projection does not have this column.
    op.execute("ALTER TABLE payment DISABLE TRIGGER USER")
    op.execute(
        """
        UPDATE payment SET waiting_token = '' FROM orders
        WHERE orders.id = payment.id AND orders.status <> 'PENDING' AND waiting_token <> ''
        """
    )
    op.execute("ALTER TABLE payment ENABLE TRIGGER USER")
