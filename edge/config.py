"""Settings of edge, from the environment."""

from __future__ import annotations

from chassis.settings import MeshSettings


class EdgeSettings(MeshSettings):
    """Only the settings that the whole mesh shares."""

    def watched(self) -> dict[str, list[str]]:
        """The addresses of every process whose health is reported, by service; one for each replica."""
        addresses = {
            "identity": self.identity_address,
            "inventory": self.inventory_address,
            "order": self.order_address,
            "payment": self.payment_address,
        }
        return {service: [one.strip() for one in listed.split(",")] for service, listed in addresses.items()}
