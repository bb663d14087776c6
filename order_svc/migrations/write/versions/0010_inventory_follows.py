"""The purge of events waits for inventory_svc, which has yet to say how far it is."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("INSERT INTO feed_consumer (name, position) VALUES ('service:inventory', 0) ON CONFLICT DO NOTHING")
