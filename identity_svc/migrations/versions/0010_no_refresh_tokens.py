"""Refresh tokens are not issued while no method accepts them; those of 0.1.0 were never of use."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP TABLE refresh_token")
