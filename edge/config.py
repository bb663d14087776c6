"""What edge reads from the environment."""

from __future__ import annotations

from chassis.settings import MeshSettings


class EdgeSettings(MeshSettings):
    """Nothing beyond what the whole mesh shares."""

    def watched(self) -> dict[str, list[str]]:
        """The addresses of every process whose health is reported, by service; several where there are replicas."""
        addresses = {
            "identity": self.identity_address,
            "inventory": self.inventory_address,
            "order": self.order_address,
            "payment": self.payment_address,
        }
        return {service: [one.strip() for one in listed.split(",")] for service, listed in addresses.items()}
