"""Tracking links can be revoked: those of an order have a generation, 0 where there is no row."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE tracking_link_generation (
            order_id bigint PRIMARY KEY,
            generation integer NOT NULL CHECK (generation > 0)
        )
    """)
