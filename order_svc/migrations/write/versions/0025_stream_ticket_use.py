"""Stream tickets that were used, for as long as they could be tried again."""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE stream_ticket_use (
            id bytea PRIMARY KEY CHECK (length(id) = 12),
            used_at timestamptz NOT NULL DEFAULT now()
        )
    """)
    op.execute("CREATE INDEX stream_ticket_use_used_at ON stream_ticket_use (used_at)")
