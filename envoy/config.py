"""Settings of Envoy, from the environment, in addition to those that the whole mesh shares."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from chassis.settings import MeshSettings, Networks, socket_dir

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
