"""Sessions, and the digests of the secrets of their refresh tokens."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE user_session (
            id uuid PRIMARY KEY,
            user_id uuid NOT NULL REFERENCES user_account,
            secret_digest text NOT NULL,
            generation bigint NOT NULL,
            created_on timestamptz NOT NULL,
            last_used_on timestamptz NOT NULL,
            expires_on timestamptz NOT NULL,
            address text NOT NULL,
            user_agent text NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_user_session_user_id ON user_session (user_id)")
    op.execute("CREATE INDEX ix_user_session_expires_on ON user_session (expires_on)")
