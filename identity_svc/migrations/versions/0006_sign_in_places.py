"""Where users have signed in from: failures from there are counted apart."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE sign_in_place (
            place_digest text PRIMARY KEY,
            email_digest text NOT NULL,
            last_used_on timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_sign_in_place_email_digest ON sign_in_place (email_digest)")
    op.execute("CREATE INDEX ix_sign_in_place_last_used_on ON sign_in_place (last_used_on)")
