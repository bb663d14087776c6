"""Access tokens that are refused before they expire, and how far each service knows them."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE user_session ADD tokens_expire_on timestamptz NOT NULL DEFAULT now() + interval '1 day'")
    op.execute("ALTER TABLE user_session ALTER tokens_expire_on DROP DEFAULT")
    op.execute(
        """
        CREATE TABLE revocation (
            position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            session_id uuid,
            user_id uuid,
            before_version bigint,
            expires_on timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_revocation_expires_on ON revocation (expires_on)")
    # Written every few seconds, and of no use after a crash of the server: not logged.
    op.execute(
        """
        CREATE UNLOGGED TABLE revocation_reader (
            name text PRIMARY KEY,
            position bigint NOT NULL,
            seen_on timestamptz NOT NULL
        )
        """
    )
