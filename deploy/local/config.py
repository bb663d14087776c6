"""What the mesh on this machine reads from the environment, beside what Envoy reads."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from envoy.config import EnvoySettings

# The second replica of a service listens so far above the first, the third twice as far.
REPLICA_STRIDE = 10


class LocalSettings(EnvoySettings):
    """EASYORDER_REPLICAS [1] is how many processes of each service run."""

    replica_count: int = Field(default=1, ge=1, le=9, validation_alias="EASYORDER_REPLICAS")
    # A program that crashes again and again is started again no later than this.
    restart_backoff_max_s: float = Field(default=30.0, gt=0)

    def addresses(self, service: str) -> list[str]:
        """host:port of each replica of `service`."""
        return [_address(host, port) for host, port in self.replicas(service)]

    def replicated(self, services: Iterable[str]) -> LocalSettings:
        """The same, with an address for each of the replicas that are to run."""
        steps = [n * REPLICA_STRIDE for n in range(self.replica_count)]
        return self.model_copy(
            update={
                f"{service}_address": ",".join(
                    _address(host, port + step) for host, port in self.replicas(service) for step in steps
                )
                for service in services
            }
        )


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
