"""What the mesh on this machine reads from the environment, beside what Envoy reads."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from chassis.settings import host_port
from envoy.config import EnvoySettings

# The second replica of a service listens so far above the first, the third twice as far.
REPLICA_STRIDE = 10


class LocalSettings(EnvoySettings):
    """Variables that only `make up` and `make demo` read."""

    replica_count: int = Field(default=1, ge=1, le=9, validation_alias="EASYORDER_REPLICAS")
    """How many processes of each service run"""
    restart_backoff_max_s: float = Field(default=30, gt=0, le=3600)
    """The longest wait before a program that crashes again and again is started again"""
    unresponsive_after_s: float = Field(default=30, ge=1, le=3600)
    """A program that has not answered for this long is killed and started again"""

    def addresses(self, service: str) -> list[str]:
        """host:port of each replica of `service`."""
        return [host_port(host, port) for host, port in self.replicas(service)]

    def replicated(self, services: Iterable[str]) -> LocalSettings:
        """The same, with an address for each of the replicas that are to run."""
        steps = [n * REPLICA_STRIDE for n in range(self.replica_count)]
        return self.model_copy(
            update={
                f"{service}_address": ",".join(
                    host_port(host, port + step) for host, port in self.replicas(service) for step in steps
                )
                for service in services
            }
        )
