"""What every service reads from the environment, in one place, with defaults that work on a laptop."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.addresses import LOOPBACK, networks
from chassis.grpc.stream_limits import StreamLimits
from chassis.socket_dirs import socket_dir

# Below the ports that Linux and macOS give to outgoing connections: none of those can be in the way.
PORTS = {"identity": 15051, "inventory": 15052, "order": 15053, "payment": 15054, "edge": 15055}
MAX_PORT_OFFSET = 16_000
DAYS_OF_A_CENTURY = 36_500

_VARIABLES = "EASYORDER_"
S = TypeVar("S", bound="MeshSettings")


def from_environment(kind: type[S]) -> S:
    """The settings; ends the process with one line for each variable that cannot be used."""
    try:
        return kind()
    except ValidationError as refusal:
        # No value is shown: it may be a secret.
        faults = refusal.errors(include_url=False, include_input=False)
        own = [fault for fault in faults if fault["type"] != "default_factory_not_called"]
        sys.exit("\n".join(_line(*fault["loc"], fault["msg"]) for fault in own))
    except OSError as error:
        sys.exit(f"{error.filename} cannot be read ({error.strerror}): is EASYORDER_DATA_DIR right?")


def _line(*parts: str | int) -> str:
    message = str(parts[-1]).removeprefix("Value error, ").replace("Input should be", "must be")
    if len(parts) == 1:
        return message
    name = str(parts[0])
    return f"{name if name.startswith(_VARIABLES) else _VARIABLES + name.upper()}: {message}"


def host_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _addresses(value: str) -> str:
    for one in value.split(",") if value else ():
        host, _, port = one.strip().rpartition(":")
        if not (host and port.isascii() and port.isdigit() and int(port) <= 65_535):
            raise ValueError("must be host:port, or several with commas between them")
    return value


def _address(value: str) -> str:
    if "," in value:
        raise ValueError("must be one host:port")
    return _addresses(value)


def _database_server(value: str) -> str:
    if value and not value.startswith(("postgresql+asyncpg://", "postgresql+aioodbc://")):
        raise ValueError("must begin with postgresql+asyncpg:// or postgresql+aioodbc://")
    return value


def _own_port(service: str) -> Callable[[dict[str, Any]], str]:
    return lambda known: host_port(known["host"], PORTS[service] + known["port_offset"])


def _kept_secret(known: dict[str, Any]) -> SecretStr:
    kept: Path = known["data_dir"] / "mesh_secret"
    return SecretStr(kept.read_text(encoding="utf-8").strip() if kept.exists() else "")


def _networks(value: str) -> str:
    try:
        networks(value)
    except ValueError:
        raise ValueError("must be networks such as 10.0.0.0/8, with commas between them") from None
    return value


Addresses = Annotated[str, AfterValidator(_addresses)]


class MeshSettings(BaseSettings):
    """Variables named EASYORDER_…; a service adds its own by subclassing. An empty variable counts as one not set."""

    model_config = SettingsConfigDict(
        env_prefix=_VARIABLES,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
        # What is refused may be a secret.
        hide_input_in_errors=True,
    )

    data_dir: Path = Path(".data")
    """Where the databases, the secret and the log of the mesh are"""
    host: str = "127.0.0.1"
    """Where services listen that have no address of their own"""
    http_port: int = Field(default=8080, ge=0, le=65_535)
    """Envoy's port, for JSON, gRPC and grpc-web"""
    envoy_host: str = "127.0.0.1"
    """Where Envoy listens"""
    port_offset: int = Field(default=0, ge=0, le=MAX_PORT_OFFSET)
    """Is added to the port of every service, so that a second mesh finds ports of its own"""
    database_server: Annotated[str, AfterValidator(_database_server)] = Field(
        default="", validation_alias="EASYORDER_DATABASE_URL"
    )
    """A PostgreSQL server, `postgresql+asyncpg://user:password@host:port/`, or one with a socket,
    `postgresql+asyncpg://user@/?host=/socket/dir`; empty: the embedded server in DATA_DIR"""
    database_pool_size: int = Field(default=10, ge=2, le=100)
    """Connections of a process to each of its databases"""
    database_timeout_s: float = Field(default=30, ge=1, le=3600)
    """A transaction of a write database is rolled back when a statement of it, or a pause after one, takes longer"""

    identity_address: Addresses = Field(default_factory=_own_port("identity"))
    """Where identity_svc is; several replicas with commas between them"""
    inventory_address: Addresses = Field(default_factory=_own_port("inventory"))
    """Where inventory_svc is"""
    order_address: Addresses = Field(default_factory=_own_port("order"))
    """Where order_svc is"""
    payment_address: Addresses = Field(default_factory=_own_port("payment"))
    """Where the payment process is"""
    edge_address: Addresses = Field(default_factory=_own_port("edge"))
    """Where edge is"""
    listen_address: Addresses = ""
    """Where this process listens, if not at its own address above"""

    mesh_secret: SecretStr = Field(default_factory=_kept_secret)
    """Shared by the services of a mesh and by nobody else, at least 32 characters; empty: the one that `make up` keeps
    in DATA_DIR"""

    jwks_file: Path | None = Field(
        default_factory=lambda known: known["data_dir"] / "jwks.json",
        json_schema_extra={"default": "`jwks.json` in DATA_DIR"},
    )
    """Keeps the public keys that tokens are verified with, for processes that start while identity_svc is gone"""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """What is logged"""
    log_format: Literal["json", "console"] = "json"
    """For machines, or for a person"""
    otlp_endpoint: Annotated[str, AfterValidator(_address)] = ""
    """host:port of an OpenTelemetry collector (OTLP over gRPC); empty: neither traces nor metrics are made"""

    alert_mail_to: str = ""
    """Who gets alerts by mail: addresses with commas between them; needs SMTP_URL"""
    alert_mail_from: str = "easyorder@localhost"
    """The sender of that mail"""
    smtp_url: SecretStr = SecretStr("")
    """The mail server: `smtp://user:password@host:port`, or `smtps://…`"""
    alert_webhook_url: str = ""
    """Gets a POST for every alert; needs ALERT_WEBHOOK_SECRET"""
    alert_webhook_secret: SecretStr = SecretStr("")
    """Signs what is sent there"""

    finished_jobs_days: float = Field(default=7, gt=0, le=DAYS_OF_A_CENTURY)
    """How long jobs are kept that are done or were discarded"""
    idempotency_keys_days: float = Field(default=7, gt=0, le=DAYS_OF_A_CENTURY)
    """How long a repeated request_id gets the first answer again"""
    audit_kept_days: float = Field(default=365, gt=0, le=DAYS_OF_A_CENTURY)
    """How long audit entries are kept"""
    errors_kept_days: float = Field(default=30, gt=0, le=DAYS_OF_A_CENTURY)
    """How long unexpected errors are kept"""

    call_timeout_s: float = Field(default=30, gt=0, le=3600)
    """The deadline of a call that comes without one"""
    stream_limit: int = Field(default=4000, ge=1, le=1_000_000)
    """Streams that a process holds open at once"""
    stream_limit_per_address: int = Field(default=200, ge=1, le=1_000_000)
    """Of these for one address (of IPv6, one /64)"""
    stream_limit_per_user: int = Field(default=50, ge=1, le=1_000_000)
    """Of these for one user"""
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = LOOPBACK
    """Networks that Envoy calls the services from, with commas between them: only from there is a client's address
    believed"""
    drain_grace_s: float = Field(default=10, ge=0, le=3600)
    """How long a stopping process waits for the calls in flight"""
    blocked_after_s: float = Field(default=10, ge=1, le=3600)
    """A process whose event loop does not turn for this long writes its stacks to standard error and ends"""

    @model_validator(mode="after")
    def _alerts_can_be_sent(self) -> Self:
        if self.alert_mail_to and not self.smtp_url.get_secret_value():
            raise ValueError("EASYORDER_ALERT_MAIL_TO needs EASYORDER_SMTP_URL")
        if self.alert_webhook_url and not self.alert_webhook_secret.get_secret_value():
            raise ValueError("EASYORDER_ALERT_WEBHOOK_URL needs EASYORDER_ALERT_WEBHOOK_SECRET")
        return self

    @property
    def stream_limits(self) -> StreamLimits:
        return StreamLimits(
            in_all=self.stream_limit, per_address=self.stream_limit_per_address, per_user=self.stream_limit_per_user
        )

    def database_url(self, name: str) -> str:
        """The SQLAlchemy URL of the database `name` (`easyorder_order_write`), password included."""
        from sqlalchemy.engine import URL, make_url  # 11 MiB that not every process needs

        embedded = URL.create(
            "postgresql+asyncpg", username="postgres", query={"host": str(socket_dir(self.data_dir / "postgres"))}
        )
        server = make_url(self.database_server) if self.database_server else embedded
        return server.set(database=name).render_as_string(hide_password=False)
