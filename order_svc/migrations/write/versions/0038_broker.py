"""A consumer of the feed can be several replicas: the holder of a lease is the one that goes on."""

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE feed_consumer ADD COLUMN holder text, ADD COLUMN lease_end timestamptz")
