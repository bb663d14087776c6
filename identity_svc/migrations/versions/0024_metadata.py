"""Users have metadata, by which they are found."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE user_account ADD COLUMN metadata jsonb")
    # No user has any yet, so that this takes no time.
    op.execute(
        "CREATE INDEX ix_user_account_metadata ON user_account USING gin (metadata jsonb_path_ops) "
        "WHERE metadata IS NOT NULL"
    )
