"""identity_svc's settings, from the environment; refuses what would be unsafe outside a laptop."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import MeshSettings
from identity_svc.domain.errors import WeakPassword
from identity_svc.domain.lockout import LockoutPolicy
from identity_svc.domain.password import Password

LOCAL = "local"
DEFAULT_ADMIN_PASSWORD = "Admin123!"
MIN_SECRET_LENGTH = 32


class IdentitySettings(MeshSettings):
    """What MeshSettings has, and what is identity_svc's own."""

    # A refusal must not show the secrets that it read.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    environment: str = LOCAL
    admin_email: str = "admin@example.com"
    admin_password: SecretStr = SecretStr(DEFAULT_ADMIN_PASSWORD)

    access_token_life_s: int = Field(default=900, gt=0)
    refresh_token_life_s: int = Field(default=30 * 24 * 3600, gt=0)

    lockout_max_failures: int = Field(default=5, gt=0)
    lockout_memory_s: float = Field(default=900, gt=0)
    lockout_pause_s: float = Field(default=900, gt=0)

    # OWASP's second choice for argon2id: about 20 ms of one core for a login, and no GPU farm's favourite.
    argon2_time_cost: int = Field(default=2, gt=0)
    argon2_memory_kib: int = Field(default=19_456, ge=8)
    # Passwords hashed at once, and those that may wait; more are told to come back.
    argon2_threads: int = Field(default=2, gt=0)
    argon2_max_waiting: int = Field(default=200, gt=0)

    pool_size: int = Field(default=10, gt=0)

    @field_validator("admin_password")
    @classmethod
    def _is_strong(cls, password: SecretStr) -> SecretStr:
        try:
            Password(password.get_secret_value()).check_strength()
        except WeakPassword as error:
            raise ValueError(f"EASYORDER_ADMIN_PASSWORD is too weak: {error.message}") from None
        return password

    @model_validator(mode="after")
    def _is_safe(self) -> IdentitySettings:
        if self.environment != LOCAL and self.admin_password.get_secret_value() == DEFAULT_ADMIN_PASSWORD:
            raise ValueError(
                "EASYORDER_ADMIN_PASSWORD is the default, which everybody knows; "
                f"set another one, or EASYORDER_ENVIRONMENT={LOCAL} on a laptop"
            )
        if len(self.mesh_secret.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError(f"EASYORDER_MESH_SECRET must have at least {MIN_SECRET_LENGTH} characters")
        return self

    @property
    def lockout_policy(self) -> LockoutPolicy:
        return LockoutPolicy(
            max_failures=self.lockout_max_failures,
            memory=timedelta(seconds=self.lockout_memory_s),
            pause=timedelta(seconds=self.lockout_pause_s),
        )
