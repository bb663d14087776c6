"""The settings that all services read from the environment, with defaults that work on a laptop."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.grpc.streams import StreamLimits
from chassis.grpc.tls import Tls
from foundation.addresses import LOOPBACK, all_loopback, networks
from foundation.socket_dir import socket_dir
from telemetry.exports import require_token

# Below the port ranges of outgoing connections on Linux and macOS, which could otherwise occupy a port.
PORTS = {"identity": 15051, "inventory": 15052, "order": 15053, "payment": 15054, "edge": 15055}
MAX_PORT_OFFSET = 16_000
LOCAL = "local"
MIN_SECRET_LENGTH = 32
DAYS_OF_A_CENTURY = 36_500
_VARIABLES = "EASYORDER_"
S = TypeVar("S", bound="MeshSettings")


def from_environment(kind: type[S]) -> S:
    """Returns the settings, or ends the process with one line for each invalid variable."""
    secrets = os.environ.get(f"{_VARIABLES}SECRETS_DIR")
    if secrets and not os.path.isdir(secrets):
        sys.exit(f"{_VARIABLES}SECRETS_DIR: must be a folder that exists")
    reads: dict[str, Any] = {"_secrets_dir": secrets or None}
    try:
        return kind(**reads)
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


def _smtp_url(value: SecretStr) -> SecretStr:
    if value and not re.match("smtps?://.*[^/@]", value.get_secret_value()):
        raise ValueError("must be smtp://host:port or smtps://host:port")
    return value


Addresses = Annotated[str, AfterValidator(_addresses)]
Networks = Annotated[str, AfterValidator(_networks)]


class MeshSettings(BaseSettings):
    """Variables named EASYORDER_…; a service subclasses it to add its own. An empty variable counts as not set."""

    model_config = SettingsConfigDict(
        env_prefix=_VARIABLES,
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        use_attribute_docstrings=True,
        # An invalid value may be a secret.
        hide_input_in_errors=True,
    )

    environment: str = LOCAL
    """Anything but `local` is as strict on loopback as `local` is where other machines can reach the mesh: no default
    password, no web pages of other origins, reflection for administrators only"""
    data_dir: Path = Path(".data")
    """The folder of the databases, the secret and the log of the mesh"""
    host: str = "127.0.0.1"
    """The host of services without an address of their own"""
    http_port: int = Field(default=8080, ge=0, le=65_535)
    """Envoy's port, for JSON, gRPC and grpc-web"""
    envoy_host: str = "127.0.0.1"
    """The address on which Envoy listens"""
    port_offset: int = Field(default=0, ge=0, le=MAX_PORT_OFFSET)
    """Added to the port of every service, so that a second mesh can run on the same host"""
    database_server: Annotated[str, AfterValidator(_database_server)] = Field(
        default="", validation_alias="EASYORDER_DATABASE_URL"
    )
    """A PostgreSQL server, `postgresql+asyncpg://user:password@host:port/`, with a socket, `…@/?host=/socket/dir`, or
    several of which one takes writes, `…@/?host=one,other&port=5432,5432&target_session_attrs=read-write`; empty: the
    embedded server in DATA_DIR"""
    database_pool_size: int = Field(default=10, ge=2, le=100)
    """Connections of a process to each of its databases"""
    database_timeout_s: float = Field(default=3, ge=1, le=3600)
    """The maximum time of a statement and of a pause in a transaction; the server must answer a second later"""
    database_lock_timeout_s: float = Field(default=0.3, ge=0.05, le=60)
    """How long a write waits for a row that another transaction has locked"""

    identity_address: Addresses = Field(default_factory=_own_port("identity"))
    """The address of identity_svc; replicas are separated by commas"""
    inventory_address: Addresses = Field(default_factory=_own_port("inventory"))
    """The address of inventory_svc"""
    order_address: Addresses = Field(default_factory=_own_port("order"))
    """The address of order_svc"""
    payment_address: Addresses = Field(default_factory=_own_port("payment"))
    """The address of the payment process"""
    edge_address: Addresses = Field(default_factory=_own_port("edge"))
    """The address of edge"""
    listen_address: Addresses = ""
    """The address on which this process listens, if different from its address above"""

    mesh_secret: SecretStr = Field(default_factory=_kept_secret)
    """Encrypts what identity, inventory and order store or give to clients, and authenticates checkpoints of the audit;
    known to the replicas of one service only, at least 32 characters; empty: the secret that `make up` keeps in
    DATA_DIR"""
    service_keys_dir: Path = Field(
        default_factory=lambda known: known["data_dir"] / "service_keys",
        json_schema_extra={"default": "`service_keys` in DATA_DIR"},
    )
    """Has `public.json`, the public keys of all services, and the private key of this one, such as `order.pem`"""

    tls_dir: Path | None = Field(default=None, json_schema_extra={"default": ""})
    """Has `ca.pem`, the authority's certificate, and the private key and certificate of this process, such as
    `order.pem`: processes call each other with mutual TLS; empty: without TLS"""

    jwks_file: Path | None = Field(
        default_factory=lambda known: known["data_dir"] / "jwks.json",
        json_schema_extra={"default": "`jwks.json` in DATA_DIR"},
    )
    """Caches the public keys that verify tokens, for processes that start while identity_svc is unavailable"""

    secrets_dir: Path | None = Field(default=None, json_schema_extra={"default": ""})
    """A folder of files that are named like variables, such as `EASYORDER_MESH_SECRET`, and have the values of those
    that are not set; so secrets need not be in the environment"""

    rounding: Literal["half_even", "half_up"] = "half_even"
    """How half a cent is rounded, in discounts and in the prices of returned pieces: to the even cent, or up"""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The minimum level of logged messages"""
    log_format: Literal["json", "console"] = "json"
    """`json` for machines, `console` for people"""
    otlp_endpoint: Annotated[str, AfterValidator(_address)] = ""
    """host:port of an OpenTelemetry collector (OTLP over gRPC), for metrics and traces; empty: none gets them"""
    trace_ratio: float = Field(default=0.05, ge=0, le=1)
    """The share of calls that are traced if there is a collector; a client that sends a trace context decides itself"""
    metrics: bool = Field(default=True, json_schema_extra={"default": "`true`"})
    """Whether processes count calls, jobs and batches, for Prometheus, collectors and the console"""
    metrics_address: Annotated[str, AfterValidator(_address)] = ""
    """host:port for scrapers of `/metrics`, over plain HTTP; empty: none. `make up` gives each process the next port"""
    metrics_token: SecretStr = SecretStr("")
    """The bearer token that a scraper sends, at least 32 characters; not needed for METRICS_ADDRESS on loopback"""

    alert_mail_to: str = ""
    """Recipients of alerts by mail, separated by commas; needs SMTP_URL"""
    alert_mail_from: str = "easyorder@localhost"
    """The sender of alerts by mail"""
    smtp_url: Annotated[SecretStr, AfterValidator(_smtp_url)] = SecretStr("")
    """The mail server: `smtp://user:password@host:port`, or `smtps://…`"""
    alert_webhook_url: str = ""
    """The URL that receives a POST for every alert; needs ALERT_WEBHOOK_SECRET"""
    alert_webhook_secret: SecretStr = SecretStr("")
    """The secret that signs alerts to ALERT_WEBHOOK_URL"""

    job_retry_hours: float = Field(default=24, gt=0, le=8760)
    """How long a job is retried after transient errors; then it is DEAD, and administrators are alerted"""
    finished_jobs_days: float = Field(default=7, gt=0, le=DAYS_OF_A_CENTURY)
    """How long jobs are kept after they are done or discarded"""
    idempotency_keys_days: float = Field(default=7, gt=0, le=DAYS_OF_A_CENTURY)
    """How long a repeated request_id returns the first response; later it is refused"""
    audit_kept_days: float = Field(default=365, gt=0, le=DAYS_OF_A_CENTURY)
    """How long audit entries are kept"""
    audit_refusals_per_minute: int = Field(default=60, ge=3, le=1_000_000)
    """Refused attempts of users and strangers that a process audits one by one each minute; further ones are counted"""
    errors_kept_days: float = Field(default=30, gt=0, le=DAYS_OF_A_CENTURY)
    """How long unexpected errors are kept"""

    rate_limits_file: Path | None = Field(
        default=None, json_schema_extra={"default": "`default.yaml` of the package `rate_limits`"}
    )
    """Who may call what how often, in YAML, see docs/operations.md"""
    call_timeout_s: float = Field(default=30, gt=0, le=3600)
    """The deadline of a call that has none"""
    stream_limit: int = Field(default=4000, ge=1, le=1_000_000)
    """The maximum number of open streams of a process"""
    stream_limit_per_address: int = Field(default=200, ge=1, le=1_000_000)
    """The maximum for one client address (for IPv6, one /64)"""
    stream_limit_per_user: int = Field(default=50, ge=1, le=1_000_000)
    """The maximum for one user"""
    trusted_proxies: Networks = LOOPBACK
    """Networks from which Envoy calls the services, separated by commas; only these may report a client's address"""
    drain_delay_s: float = Field(default=5, ge=0, le=3600)
    """How long a process goes on serving after SIGTERM, reporting NOT_SERVING, so that Envoy sends it no more calls"""
    drain_grace_s: float = Field(default=10, ge=0, le=3600)
    """How long a stopping process waits for calls in flight"""
    blocked_after_s: float = Field(default=10, ge=1, le=3600)
    """A process whose event loop is blocked for this long writes its stacks to standard error and ends"""

    @model_validator(mode="after")
    def _alerts_can_be_sent(self) -> Self:
        if self.alert_mail_to and not self.smtp_url.get_secret_value():
            raise ValueError("EASYORDER_ALERT_MAIL_TO needs EASYORDER_SMTP_URL")
        if self.alert_webhook_url and not self.alert_webhook_secret.get_secret_value():
            raise ValueError("EASYORDER_ALERT_WEBHOOK_URL needs EASYORDER_ALERT_WEBHOOK_SECRET")
        return self

    @model_validator(mode="after")
    def _metrics_are_not_for_everybody(self) -> Self:
        wants_token = bool(self.metrics_address) and not all_loopback(self.metrics_address)
        require_token(**self.metrics_exports, wants_token=wants_token)
        return self

    @property
    def metrics_exports(self) -> dict[str, str]:
        """Where the metrics of a process go: see telemetry.exports."""
        to = {"address": self.metrics_address, "token": self.metrics_token.get_secret_value()}
        return {name: value if self.metrics else "" for name, value in {**to, "collector": self.otlp_endpoint}.items()}

    @property
    def is_local(self) -> bool:
        """Whether only users of this machine can reach the mesh, as far as this process knows."""
        services = (getattr(self, f"{service}_address") for service in PORTS)
        listening = (self.listen_address or ",".join(services), host_port(self.envoy_host, self.http_port))
        return self.environment == LOCAL and all(map(all_loopback, listening))

    def tls(self, process: str) -> Tls | None:
        """The certificate of a process, if it has one."""
        return Tls(self.tls_dir, process) if self.tls_dir else None

    @property
    def own_secret(self) -> str:
        """MESH_SECRET. Raises ValueError if it is too short, because it could be guessed."""
        if len(secret := self.mesh_secret.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError(f"EASYORDER_MESH_SECRET must have at least {MIN_SECRET_LENGTH} characters")
        return secret

    @property
    def stream_limits(self) -> StreamLimits:
        return StreamLimits(self.stream_limit, self.stream_limit_per_address, self.stream_limit_per_user)

    def database_url(self, name: str) -> str:
        """The SQLAlchemy URL of the database `name` (`easyorder_order_write`), password included."""
        from sqlalchemy.engine import URL, make_url  # 11 MiB, which not every process needs

        embedded = URL.create(
            "postgresql+asyncpg", username="postgres", query={"host": str(socket_dir(self.data_dir / "postgres"))}
        )
        server = make_url(self.database_server) if self.database_server else embedded
        return server.set(database=name).render_as_string(hide_password=False)
