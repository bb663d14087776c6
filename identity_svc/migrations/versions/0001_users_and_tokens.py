"""Users, roles, teams, credentials, lockouts, refresh tokens, signing keys, and the chassis's tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from chassis.db.tables import CHASSIS, create_chassis_tables
from chassis.db.types import UtcDateTime, Uuid

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_chassis_tables(op)
    op.create_table(
        "user_account",
        sa.Column("id", Uuid, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("is_disabled", sa.Boolean, nullable=False),
        *_audit_columns(),
    )
    op.create_table(
        "team",
        sa.Column("id", Uuid, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        *_audit_columns(),
    )
    role = op.create_table("role", sa.Column("name", sa.Text, primary_key=True))
    op.bulk_insert(role, [{"name": "ADMIN"}, {"name": "USER"}])
    op.create_table(
        "user_role",
        sa.Column("user_id", Uuid, sa.ForeignKey("user_account.id"), primary_key=True),
        sa.Column("role", sa.Text, sa.ForeignKey("role.name"), primary_key=True),
    )
    op.create_table(
        "team_member",
        sa.Column("team_id", Uuid, sa.ForeignKey("team.id"), primary_key=True),
        sa.Column("user_id", Uuid, sa.ForeignKey("user_account.id"), primary_key=True, index=True),
    )
    op.create_table(
        "credential",
        sa.Column("user_id", Uuid, sa.ForeignKey("user_account.id"), primary_key=True),
        sa.Column("password_hash", sa.Text, nullable=False),
    )
    op.create_table(
        "lockout",
        sa.Column("email_digest", sa.Text, primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_failed_on", UtcDateTime, index=True),
        sa.Column("locked_until", UtcDateTime),
    )
    op.create_table(
        "refresh_token",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("family_id", Uuid, nullable=False, index=True),
        sa.Column("user_id", Uuid, sa.ForeignKey("user_account.id"), nullable=False, index=True),
        sa.Column("issued_on", UtcDateTime, nullable=False),
        sa.Column("expires_on", UtcDateTime, nullable=False, index=True),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.Text, primary_key=True),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
        sa.Column("created_on", UtcDateTime, nullable=False),
        sa.Column("retired_on", UtcDateTime),
    )


def downgrade() -> None:
    for table in (
        "signing_key",
        "refresh_token",
        "lockout",
        "credential",
        "team_member",
        "user_role",
        "role",
        "team",
        "user_account",
    ):
        op.drop_table(table)
    CHASSIS.drop_all(op.get_bind())


def _audit_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("created_on", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_by_team", sa.Text),
        sa.Column("modified_on", UtcDateTime, nullable=False),
        sa.Column("modified_by", sa.Text, nullable=False),
        sa.Column("is_deleted", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("deleted_on", UtcDateTime),
        sa.Column("row_version", sa.BigInteger, nullable=False, server_default=sa.text("1")),
    ]
