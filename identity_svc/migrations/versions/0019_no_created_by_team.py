"""Users and teams belong to no team."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("user_account", "team"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN created_by_team")
