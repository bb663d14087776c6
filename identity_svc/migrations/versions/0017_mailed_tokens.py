"""Tokens that are mailed, the mails that were asked for, and which address of a user is verified."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_CHANGES = (
    "ALTER TABLE user_account ADD COLUMN verified_email text, ADD COLUMN email_verified_on timestamptz",
    """
    CREATE TABLE mailed_token (
        digest text PRIMARY KEY,
        purpose text NOT NULL,
        user_id uuid NOT NULL REFERENCES user_account,
        bound_to text NOT NULL,
        expires_on timestamptz NOT NULL,
        used_on timestamptz
    )
    """,
    "CREATE INDEX ix_mailed_token_expires_on ON mailed_token (expires_on)",
    "CREATE TABLE mail_count (key_digest text PRIMARY KEY, began_on timestamptz NOT NULL, mails integer NOT NULL)",
    "CREATE INDEX ix_mail_count_began_on ON mail_count (began_on)",
)


def upgrade() -> None:
    for statement in _CHANGES:
        op.execute(statement)
