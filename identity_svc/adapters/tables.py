"""The tables of easyorder_identity."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Column, ForeignKey, Identity, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from chassis.db.entities import Audited
from chassis.db.types import Json, UtcDateTime


class Base(DeclarativeBase):
    """The tables of easyorder_identity."""

    type_annotation_map: ClassVar = {str: Text}


class BaseSoftDelete(Audited):
    """An entity with a UUID as its id."""

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4, sort_order=-1)


class UserRow(BaseSoftDelete, Base):
    __tablename__ = "user_account"
    __table_args__ = (
        Index("ix_user_account_created_on", "created_on", "id"),
        Index("ix_user_account_email_prefix", "email", postgresql_ops={"email": "text_pattern_ops"}),
        # By a key of their metadata, of the users who have any.
        Index(
            "ix_user_account_metadata",
            "metadata",
            postgresql_using="gin",
            postgresql_ops={"metadata": "jsonb_path_ops"},
            postgresql_where=text("metadata IS NOT NULL"),
        ),
    )

    # Normalised, which makes the unique constraint case-insensitive.
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    is_disabled: Mapped[bool] = mapped_column(default=False)
    verified_email: Mapped[str | None]
    email_verified_on: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # NULL where there is none.
    metadata_: Mapped[dict[str, Any] | None] = mapped_column("metadata", Json)


class TeamRow(BaseSoftDelete, Base):
    __tablename__ = "team"

    name: Mapped[str]


ROLE = Table("role", Base.metadata, Column("name", Text, primary_key=True))

USER_ROLE = Table(
    "user_role",
    Base.metadata,
    Column("user_id", Uuid, ForeignKey("user_account.id"), primary_key=True),
    Column("role", Text, ForeignKey("role.name"), primary_key=True),
)

TEAM_MEMBER = Table(
    "team_member",
    Base.metadata,
    Column("team_id", Uuid, ForeignKey("team.id"), primary_key=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), primary_key=True, index=True),
)

CREDENTIAL = Table(
    "credential",
    Base.metadata,
    Column("user_id", Uuid, ForeignKey("user_account.id"), primary_key=True),
    Column("password_hash", Text, nullable=False),
)

# An address may be unknown, or a password typed into the wrong field, so only its digest is stored.
LOCKOUT = Table(
    "lockout",
    Base.metadata,
    Column("email_digest", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_failed_on", UtcDateTime, index=True),
    Column("locked_until", UtcDateTime),
)

# The places that each user has signed in from: digests, as above.
SIGN_IN_PLACE = Table(
    "sign_in_place",
    Base.metadata,
    Column("place_digest", Text, primary_key=True),
    Column("email_digest", Text, nullable=False, index=True),
    Column("last_used_on", UtcDateTime, nullable=False, index=True),
)

SESSION = Table(
    "user_session",
    Base.metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False, index=True),
    Column("secret_digest", Text, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("created_on", UtcDateTime, nullable=False),
    Column("last_used_on", UtcDateTime, nullable=False),
    Column("expires_on", UtcDateTime, nullable=False, index=True),
    # The last of its access tokens.
    Column("tokens_expire_on", UtcDateTime, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
)

MAILED_TOKEN = Table(
    "mailed_token",
    Base.metadata,
    Column("digest", Text, primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("user_id", Uuid, ForeignKey("user_account.id"), nullable=False),
    Column("bound_to", Text, nullable=False),
    Column("expires_on", UtcDateTime, nullable=False, index=True),
    # Kept until it expires: a repeated job must not store it again.
    Column("used_on", UtcDateTime),
)

MAIL_COUNT = Table(
    "mail_count",
    Base.metadata,
    Column("key_digest", Text, primary_key=True),
    Column("began_on", UtcDateTime, nullable=False, index=True),
    Column("mails", Integer, nullable=False),
)

# Of a session, or of a user before a version.
REVOCATION = Table(
    "revocation",
    Base.metadata,
    Column("position", BigInteger, Identity(always=True), primary_key=True),
    Column("session_id", Uuid),
    Column("user_id", Uuid),
    Column("before_version", BigInteger),
    Column("expires_on", UtcDateTime, nullable=False, index=True),
)

REVOCATION_READER = Table(
    "revocation_reader",
    Base.metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("seen_on", UtcDateTime, nullable=False),
)

SIGNING_KEY = Table(
    "signing_key",
    Base.metadata,
    Column("kid", Text, primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    # Encrypted with a key derived from the mesh's secret.
    Column("private_key", LargeBinary, nullable=False),
    Column("created_on", UtcDateTime, nullable=False),
    Column("signs_from", UtcDateTime, nullable=False),
    # Its tokens are refused from this time on.
    Column("retired_on", UtcDateTime),
)
