"""What the payment process reads from the environment."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import MeshSettings

DATABASE = "easyorder_payment"


class PaymentSettings(MeshSettings):
    """Variables named EASYORDER_…."""

    # A setting that is refused is not to be read in the logs: it may be a key.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    payment_provider: Literal["sandbox", "stripe"] = "sandbox"
    # Stripe's secret key (or better a restricted one: payment intents and refunds), and that of the webhook's endpoint.
    stripe_api_key: SecretStr = SecretStr("")
    stripe_webhook_secret: SecretStr = SecretStr("")
    stripe_api_base: str = "https://api.stripe.com"
    # Of one call to Stripe. order_svc waits for a charge as long as its own EASYORDER_PAYMENT_TIMEOUT_S says.
    stripe_timeout_s: float = Field(default=8, gt=0)
    # How old a webhook's message may be.
    stripe_webhook_tolerance_s: float = Field(default=300, gt=0)

    @model_validator(mode="after")
    def _stripe_needs_a_key(self) -> Self:
        if self.payment_provider == "stripe" and not self.stripe_api_key.get_secret_value():
            raise ValueError("EASYORDER_PAYMENT_PROVIDER=stripe needs EASYORDER_STRIPE_API_KEY")
        return self

    @property
    def address(self) -> str:
        """Where the process listens."""
        return self.listen_address or self.payment_address
