"""Stock and incentives say when they last changed. The write side announces its rows once more, to fill the columns."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("inventory", "incentive"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN modified_on timestamptz")
