"""What the payment process reads from the environment."""

from __future__ import annotations

from chassis.settings import MeshSettings

DATABASE = "easyorder_payment"


class PaymentSettings(MeshSettings):
    """Variables named EASYORDER_…."""

    @property
    def address(self) -> str:
        """Where the process listens."""
        return self.listen_address or self.payment_address
