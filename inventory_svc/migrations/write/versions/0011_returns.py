"""What a return is computed from: the rate of the points at the sale, and the money that went back."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE reservation ADD COLUMN points_rate numeric CHECK (points_rate >= 0)")
    op.execute("ALTER TABLE reservation ADD COLUMN refunded numeric(18, 2) NOT NULL DEFAULT 0 CHECK (refunded >= 0)")
