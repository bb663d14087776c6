"""A signing key is published before it signs."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE signing_key ADD COLUMN signs_from timestamptz")
    op.execute("UPDATE signing_key SET signs_from = created_on")
    op.execute("ALTER TABLE signing_key ALTER COLUMN signs_from SET NOT NULL")
