"""What every service reads from the environment, in one place, with defaults that work on a laptop."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url

PORTS = {"identity": 50051, "inventory": 50052, "order": 50053, "payment": 50054, "edge": 50055}


def _own_port(service: str) -> Callable[[dict[str, Any]], str]:
    return lambda known: f"{known['host']}:{PORTS[service] + known['port_offset']}"


def _kept_secret(known: dict[str, Any]) -> SecretStr:
    kept: Path = known["data_dir"] / "mesh_secret"
    return SecretStr(kept.read_text().strip() if kept.exists() else "")


class MeshSettings(BaseSettings):
    """Variables named EASYORDER_…; a service adds its own by subclassing."""

    model_config = SettingsConfigDict(env_prefix="EASYORDER_", frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    http_port: int = 8080
    port_offset: int = 0
    data_dir: Path = Path(".data")
    # EASYORDER_DATABASE_URL: a server without a database, `postgresql+asyncpg://user:password@host:port/`, or one with
    # a socket, `postgresql+asyncpg://user@/?host=/socket/dir`. Empty: the embedded server under data_dir.
    database_server: str = Field(default="", validation_alias="EASYORDER_DATABASE_URL")

    identity_address: str = Field(default_factory=_own_port("identity"))
    inventory_address: str = Field(default_factory=_own_port("inventory"))
    order_address: str = Field(default_factory=_own_port("order"))
    payment_address: str = Field(default_factory=_own_port("payment"))
    edge_address: str = Field(default_factory=_own_port("edge"))
    # Where this process listens, if not at its own address above.
    listen_address: str = ""

    # Shared by the services of a mesh and by nobody else; the one that `make up` keeps in data_dir when not given.
    mesh_secret: SecretStr = Field(default_factory=_kept_secret)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["json", "console"] = "json"
    # host:port of an OpenTelemetry collector (OTLP over gRPC). Empty: neither traces nor metrics are made.
    otlp_endpoint: str = ""

    # Whom to alert when something was given up, besides the hub: mail addresses, separated by commas, and the server
    # that takes the mail (smtp://user:password@host:port, smtps://…); a URL, and the secret that signs what it gets.
    alert_mail_to: str = ""
    alert_mail_from: str = "easyorder@localhost"
    smtp_url: SecretStr = SecretStr("")
    alert_webhook_url: str = ""
    alert_webhook_secret: SecretStr = SecretStr("")

    # How long audit entries and unexpected errors are kept.
    audit_kept_days: float = Field(default=365, gt=0)
    errors_kept_days: float = Field(default=30, gt=0)

    # For calls that come without a deadline.
    call_timeout_s: float = Field(default=30.0, gt=0)
    # How long a stopping process waits for the calls in flight.
    drain_grace_s: float = Field(default=10.0, ge=0)

    @model_validator(mode="after")
    def _alerts_can_be_sent(self) -> Self:
        if self.alert_mail_to and not self.smtp_url.get_secret_value():
            raise ValueError("EASYORDER_ALERT_MAIL_TO needs EASYORDER_SMTP_URL")
        if self.alert_webhook_url and not self.alert_webhook_secret.get_secret_value():
            raise ValueError("EASYORDER_ALERT_WEBHOOK_URL needs EASYORDER_ALERT_WEBHOOK_SECRET")
        return self

    def database_url(self, name: str) -> str:
        """The SQLAlchemy URL of the database `name` (`easyorder_order_write`), password included."""
        server = make_url(self.database_server or self._embedded_server)
        return server.set(database=name).render_as_string(hide_password=False)

    @property
    def _embedded_server(self) -> str:
        return f"postgresql+asyncpg://postgres@/?host={os.path.abspath(self.data_dir / 'postgres')}"
