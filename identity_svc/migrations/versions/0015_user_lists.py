"""Users are listed by when they registered, and found by the beginning of their addresses."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX ix_user_account_created_on ON user_account (created_on, id)")
    op.execute("CREATE INDEX ix_user_account_email_prefix ON user_account (email text_pattern_ops)")
