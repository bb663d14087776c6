"""An order that is paid on delivery earns its points on delivery."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE reservation ADD COLUMN paid boolean NOT NULL DEFAULT true")
