"""Users, roles, teams, credentials, lockouts, refresh tokens, signing keys, and the chassis's tables."""

from __future__ import annotations

from alembic import op

from chassis.db.migrate import chassis_sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_AUDITED = """
    created_on timestamptz NOT NULL,
    created_by text NOT NULL,
    created_by_team text,
    modified_on timestamptz NOT NULL,
    modified_by text NOT NULL,
    is_deleted boolean NOT NULL DEFAULT false,
    deleted_on timestamptz,
    row_version bigint NOT NULL DEFAULT 1
"""

_TABLES = (
    f"""
    CREATE TABLE user_account (
        id uuid PRIMARY KEY,
        email text NOT NULL UNIQUE,
        display_name text NOT NULL,
        is_disabled boolean NOT NULL,
        {_AUDITED}
    )
    """,
    f"CREATE TABLE team (id uuid PRIMARY KEY, name text NOT NULL, {_AUDITED})",
    "CREATE TABLE role (name text PRIMARY KEY)",
    "INSERT INTO role (name) VALUES ('ADMIN'), ('USER')",
    """
    CREATE TABLE user_role (
        user_id uuid REFERENCES user_account,
        role text REFERENCES role,
        PRIMARY KEY (user_id, role)
    )
    """,
    """
    CREATE TABLE team_member (
        team_id uuid REFERENCES team,
        user_id uuid REFERENCES user_account,
        PRIMARY KEY (team_id, user_id)
    )
    """,
    "CREATE INDEX ix_team_member_user_id ON team_member (user_id)",
    """
    CREATE TABLE credential (
        user_id uuid PRIMARY KEY REFERENCES user_account,
        password_hash text NOT NULL
    )
    """,
    """
    CREATE TABLE lockout (
        email_digest text PRIMARY KEY,
        failures integer NOT NULL,
        last_failed_on timestamptz,
        locked_until timestamptz
    )
    """,
    "CREATE INDEX ix_lockout_last_failed_on ON lockout (last_failed_on)",
    """
    CREATE TABLE refresh_token (
        digest text PRIMARY KEY,
        family_id uuid NOT NULL,
        user_id uuid NOT NULL REFERENCES user_account,
        issued_on timestamptz NOT NULL,
        expires_on timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ix_refresh_token_family_id ON refresh_token (family_id)",
    "CREATE INDEX ix_refresh_token_user_id ON refresh_token (user_id)",
    "CREATE INDEX ix_refresh_token_expires_on ON refresh_token (expires_on)",
    """
    CREATE TABLE signing_key (
        kid text PRIMARY KEY,
        public_key bytea NOT NULL,
        private_key bytea NOT NULL,
        created_on timestamptz NOT NULL,
        retired_on timestamptz
    )
    """,
)


def upgrade() -> None:
    op.execute(chassis_sql("0001_tables"))
    for statement in _TABLES:
        op.execute(statement)
