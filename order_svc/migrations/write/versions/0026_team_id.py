"""Orders belong to the team that they were placed for, and not to one of their creator."""

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("orders", "order_item", "order_discount", "payment", "refund"):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN created_by_team TO team_id")
