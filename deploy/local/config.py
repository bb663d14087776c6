"""Settings of the mesh on this machine, from the environment, in addition to Envoy's."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from chassis.settings import MeshSettings, host_port
from deploy.local.errors import CannotStart
from envoy.config import EnvoySettings

# The distance between the ports of a service's replicas.
REPLICA_STRIDE = 10
# Read by tests and by failpoints.
_FOR_TESTS = ("EASYORDER_TEST_", "EASYORDER_FAILPOINT")
_RENAMED = {
    "EASYORDER_ENVOY_TRUSTED_HOPS": "EASYORDER_ENVOY_TRUSTED_PROXIES, with the networks of the proxies,",
    "EASYORDER_KEPT_ANSWERS_DAYS": "EASYORDER_IDEMPOTENCY_KEYS_DAYS",
    "EASYORDER_POOL_SIZE": "EASYORDER_DATABASE_POOL_SIZE",
}


class LocalSettings(EnvoySettings):
    """Variables that only `make up` and `make demo` read."""

    replica_count: int = Field(default=1, ge=1, le=9, validation_alias="EASYORDER_REPLICAS")
    """How many processes of each service run"""
    restart_backoff_max_s: float = Field(default=30, gt=0, le=3600)
    """The longest wait before a program that crashes repeatedly is restarted"""
    mesh_tls: bool = Field(default=True, json_schema_extra={"default": "`true`"})
    """Processes call each other with mutual TLS, with certificates in DATA_DIR, unless TLS_DIR has others"""
    certificate_hours: float = Field(default=24, gt=0, le=8760)
    """How long such a certificate is valid; it is replaced in the second half of this time"""
    service_key_hours: float = Field(default=24, gt=0, le=8760)
    """How long a service identifies itself to others with the same key"""
    unresponsive_after_s: float = Field(default=30, ge=1, le=3600)
    """A program that has not responded for this long is killed and restarted"""

    @field_validator("envoy_descriptor")
    @classmethod
    def _is_there(cls, descriptor: str) -> str:
        if not Path(descriptor).is_file():
            raise ValueError("must be a file that exists")
        return descriptor

    @field_validator("envoy_certificate_file", "envoy_certificate_key_file")
    @classmethod
    def _can_be_read(cls, file: Path | None) -> Path | None:
        if file and not os.access(file, os.R_OK):
            raise ValueError("must be a file that can be read")
        return file

    @model_validator(mode="after")
    def _certificate_and_key_are_a_pair(self) -> Self:
        if self.envoy_certificate_file:
            try:
                # Envoy would only log it, and listen for nobody. Without the password, OpenSSL asks for one.
                pair = self.envoy_certificate_file, self.envoy_certificate_key_file
                ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(*pair, password="")
            except ssl.SSLError as error:
                raise ValueError(
                    "EASYORDER_ENVOY_CERTIFICATE_FILE and EASYORDER_ENVOY_CERTIFICATE_KEY_FILE must be a certificate "
                    f"and its key, without a password, as PEM ({error.reason or error})"
                ) from error
        return self

    @field_validator("envoy_access_log")
    @classmethod
    def _can_be_there(cls, log: str) -> str:
        if not Path(log).parent.is_dir():
            raise ValueError("must be in a folder that exists")
        return log

    def addresses(self, service: str) -> list[str]:
        """host:port of each replica of `service`."""
        return [host_port(host, port) for host, port in self.replicas(service)]

    def metrics_of(self, process: int) -> str:
        """METRICS_ADDRESS of a process, by its place among all; empty if there is none."""
        host, _, port = self.metrics_address.rpartition(":")
        return f"{host}:{int(port) + process}" if port else ""

    def replicated(self, services: Iterable[str]) -> LocalSettings:
        """The same settings, with an address for each replica to run."""
        steps = [n * REPLICA_STRIDE for n in range(self.replica_count)]
        return self.model_copy(
            update={
                f"{service}_address": ",".join(
                    host_port(host, port + step) for host, port in self.replicas(service) for step in steps
                )
                for service in services
            }
        )


def refuse_unknown(environment: Iterable[str], kinds: Iterable[type[MeshSettings]]) -> None:
    """Raises CannotStart for a variable EASYORDER_… that none of `kinds` has: misspelt names are not ignored."""
    known = {
        str(field.validation_alias or f"EASYORDER_{name}").upper()
        for kind in kinds
        for name, field in kind.model_fields.items()
    }
    named = {name.upper() for name in environment if name.upper().startswith("EASYORDER_")}
    unknown = sorted(name for name in named - known if not name.startswith(_FOR_TESTS))
    if unknown:
        raise CannotStart("\n".join(_advice(name) for name in unknown))


def _advice(name: str) -> str:
    if name in _RENAMED:
        return f"{name} is called {_RENAMED[name]} now"
    return f"{name} is not a setting: unset it. docs/settings.md lists all that are"
