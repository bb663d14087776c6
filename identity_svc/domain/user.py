"""Users: a person with a unique address, a name, roles and teams. Passwords are stored elsewhere."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import NewType

from chassis.errors import FieldViolation, InvalidArgument
from foundation.metadata import faults_of
from identity_svc.domain.errors import UserNotFound

UserId = NewType("UserId", uuid.UUID)
TeamId = NewType("TeamId", uuid.UUID)
# The caller, in place of an id.
ME = "me"
# Normalised, so that all spellings of one address are equal.
Email = NewType("Email", str)


class Role(Enum):
    """The role of a user; the names are those of the contract and of the claim `roles`."""

    USER = "USER"
    ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person. `version` counts changes from 1."""

    id: UserId
    email: Email
    display_name: str
    roles: frozenset[Role]
    team_ids: tuple[TeamId, ...] = ()
    disabled: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_on: datetime
    modified_on: datetime
    version: int = 1
    # The address that was verified last, and when. Another one is not verified.
    verified_email: Email | None = None
    email_verified_on: datetime | None = None

    @property
    def is_email_verified(self) -> bool:
        return self.email == self.verified_email

    @property
    def etag(self) -> str:
        return str(self.version)

    @classmethod
    def new(cls, *, email: Email, display_name: str, at: datetime, is_admin: bool = False) -> User:
        """A user with the role USER. Raises InvalidArgument when the name has control characters or only blanks."""
        return cls(
            id=UserId(uuid.uuid4()),
            email=email,
            display_name=line_of("displayName", display_name),
            roles=frozenset({Role.USER, Role.ADMIN} if is_admin else {Role.USER}),
            created_on=at,
            modified_on=at,
        )

    def with_verified_email(self, at: datetime) -> User:
        return replace(self, verified_email=self.email, email_verified_on=at)

    def changed(
        self, *, email: Email | None = None, display_name: str | None = None, metadata: Mapping[str, str] | None = None
    ) -> User:
        """With what is not None. Raises InvalidArgument like `new`, and for metadata beyond its bounds."""
        check_metadata(metadata or {})
        return replace(
            self,
            metadata=self.metadata if metadata is None else metadata,
            email=self.email if email is None else email,
            display_name=self.display_name if display_name is None else line_of("user.displayName", display_name),
        )


def check_metadata(metadata: Mapping[str, str]) -> None:
    """Raises InvalidArgument that lists all that is wrong with it."""
    if faults := [FieldViolation(*fault) for fault in faults_of(metadata, "user.metadata")]:
        raise InvalidArgument.of_all(faults)


def user_id_of(text: str) -> UserId:
    """Raises UserNotFound for what is no UUID."""
    try:
        return UserId(uuid.UUID(text))
    except ValueError:
        raise UserNotFound from None


def visible_user_id(text: str, *, caller_id: str, sees_all: bool) -> UserId:
    """The user whom `text`, a UUID or `me`, means to the caller. Raises UserNotFound for anybody else."""
    user_id = user_id_of(caller_id if text == ME else text)
    if str(user_id) != caller_id and not sees_all:
        raise UserNotFound
    return user_id


def is_self(text: str, caller_id: str) -> bool:
    """Whether `text`, a UUID or `me`, means the caller."""
    with suppress(UserNotFound):
        return text == ME or str(user_id_of(text)) == caller_id
    return False


def email_of(text: str, field: str = "email") -> Email:
    """The normalised address, regardless of case. Raises InvalidArgument when it has control characters."""
    return Email(line_of(field, text).casefold())


def line_of(field: str, text: str) -> str:
    line = unicodedata.normalize("NFC", text).strip()
    if not line or any(unicodedata.category(character) == "Cc" for character in line):
        raise InvalidArgument.of(field, "must be one line of text, without control characters")
    return line
