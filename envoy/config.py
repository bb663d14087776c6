"""What Envoy reads from the environment, beside what the whole mesh shares."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from pydantic import Field

from chassis.settings import MeshSettings

ADMIN_PORT = 9901


def _admin_port(known: dict[str, Any]) -> int:
    return ADMIN_PORT + int(known["port_offset"])


class EnvoySettings(MeshSettings):
    """Addresses of services may be lists with commas: the replicas. A port of 0 takes a free one."""

    # Where the listener binds; the admin interface is never on anything but loopback.
    envoy_host: str = "127.0.0.1"
    envoy_admin_port: int = Field(default_factory=_admin_port)
    envoy_access_log: str = "/dev/stdout"
    # The descriptor set as Envoy sees it; a container may have it elsewhere.
    envoy_descriptor: str = Field(default_factory=lambda: str(files("easyorder") / "contract.binpb"))

    # Orders a minute and user; sign-ups and sign-ins a minute and address.
    order_rate_limit: int = Field(default=600, ge=1)
    auth_rate_limit: int = Field(default=60, ge=1)

    def replicas(self, service: str) -> list[tuple[str, int]]:
        """Host and port of each replica of `service`."""
        addresses: str = getattr(self, f"{service}_address")
        pairs = (address.strip().rpartition(":") for address in addresses.split(","))
        return [(host.strip("[]"), int(port)) for host, _, port in pairs]
