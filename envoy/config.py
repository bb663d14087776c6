"""Settings of Envoy, from the environment, in addition to those that the whole mesh shares."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from chassis.settings import MeshSettings, Networks
from foundation.socket_dir import socket_dir

ADMIN_SOCKET = "admin.sock"


def _socket_dir(known: dict[str, Any]) -> Path:
    return socket_dir(known["data_dir"] / "envoy", ADMIN_SOCKET)


def _descriptor() -> str:
    # Envoy's configuration is UTF-8, regardless of this process's file system encoding.
    return os.fsencode(str(files("easyorder") / "contract.binpb")).decode("utf-8", "surrogateescape")


def _origins(value: str) -> str:
    for one in value.split(",") if value else ():
        if not re.fullmatch(r"[*]|https?://[^/?#\s@*]+", one.strip()):
            raise ValueError("must be origins such as https://shop.example.com, with commas between them, or *")
    return value.lower()


class EnvoySettings(MeshSettings):
    """The address of a service may be a comma-separated list of replicas. Port 0 means any free port."""

    envoy_socket_dir: Path = Field(
        default_factory=_socket_dir, json_schema_extra={"default": "`envoy` in DATA_DIR, or a short one in `/tmp`"}
    )
    """The folder of Envoy's own sockets, for its user only: `admin.sock` is its admin interface"""
    envoy_access_log: str = "/dev/stdout"
    """Where Envoy logs each request"""
    envoy_descriptor: str = Field(
        default_factory=_descriptor,
        json_schema_extra={"default": "`contract.binpb` of the installed package"},
    )
    """The descriptor set as Envoy sees it; a container may have it elsewhere"""

    call_limit: int = Field(default=512, ge=1, le=1_000_000)
    """Writes, and also reads, of all clients at once at a replica of a service; more are refused with 503"""
    cors_origins: Annotated[str, AfterValidator(_origins)] = ""
    """Origins of the web pages that may call the API, such as `https://shop.example.com`, separated by commas, or `*`;
    empty: all while only this machine can reach the mesh, else none"""
    envoy_trusted_proxies: Networks = ""
    """Networks of the proxies before Envoy, separated by commas; only these may report a client in `x-forwarded-for`"""

    envoy_certificate_file: Path | None = None
    """The PEM file of Envoy's certificate, with those of its issuers: Envoy speaks TLS at HTTP_PORT then, and nothing
    else, and HTTP/3 at the UDP port of the same number"""
    envoy_certificate_key_file: Path | None = None
    """The PEM file of its private key"""
    hsts_max_age_s: int = Field(default=31_536_000, ge=0, le=63_072_000)
    """How long browsers speak only TLS with this host and those below its name (HSTS), if Envoy has a certificate"""

    @model_validator(mode="after")
    def _certificate_has_a_key(self) -> Self:
        if (self.envoy_certificate_file is None) != (self.envoy_certificate_key_file is None):
            raise ValueError("EASYORDER_ENVOY_CERTIFICATE_FILE needs EASYORDER_ENVOY_CERTIFICATE_KEY_FILE, and it that")
        return self

    @property
    def has_tls(self) -> bool:
        return self.envoy_certificate_file is not None

    @property
    def url(self) -> str:
        """Of Envoy, on its machine."""
        return f"{'https' if self.has_tls else 'http'}://{self.envoy_host}:{self.http_port}"

    @property
    def envoy_certificate_source(self) -> Path:
        """The file in which Envoy reads where its certificate is."""
        return self.envoy_socket_dir / "certificate.json"

    @property
    def allowed_origins(self) -> list[str]:
        """`*` stands for all."""
        origins = self.cors_origins or ("*" if self.is_local else "")
        return [one.strip() for one in origins.split(",") if one.strip()]

    @property
    def envoy_admin_socket(self) -> Path:
        return self.envoy_socket_dir / ADMIN_SOCKET

    def replicas(self, service: str) -> list[tuple[str, int]]:
        """Host and port of each replica of `service`."""
        addresses: str = getattr(self, f"{service}_address")
        pairs = (address.strip().rpartition(":") for address in addresses.split(","))
        return [(host.strip("[]"), int(port)) for host, _, port in pairs]
