"""Settings of the payment process, from the environment."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from chassis.settings import MeshSettings

DATABASE = "easyorder_payment"


def _web_address(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^/\s]+(/\S*)?", value):
        raise ValueError("must be an address such as https://shop.example/paid")
    return value


class PaymentSettings(MeshSettings):
    """Variables named EASYORDER_…."""

    payment_provider: Literal["sandbox", "stripe"] = "sandbox"
    """The payment provider; the sandbox takes no money"""
    stripe_api_key: SecretStr = SecretStr("")
    """Stripe's secret key, or preferably a restricted key for payment intents, refunds and charges"""
    stripe_webhook_secret: SecretStr = SecretStr("")
    """The secret of the webhook's endpoint at Stripe"""
    stripe_api_base: str = "https://api.stripe.com"
    """The base URL of Stripe's API"""
    stripe_timeout_s: float = Field(default=8, gt=0, le=3600)
    """How long one call to Stripe may take; below PAYMENT_TIMEOUT_S, which is how long order_svc waits for it"""
    stripe_webhook_tolerance_s: float = Field(default=300, gt=0, le=86_400)
    """The maximum age of a webhook message"""

    payment_return_url: Annotated[str, AfterValidator(_web_address)] = ""
    """The page of the shop to which Stripe sends shoppers who were asked to confirm a payment (3-D Secure, PayPal);
    empty: payments that have to be confirmed are refused"""

    @model_validator(mode="after")
    def _stripe_needs_a_key(self) -> Self:
        if self.payment_provider == "stripe" and not self.stripe_api_key.get_secret_value():
            raise ValueError("EASYORDER_PAYMENT_PROVIDER=stripe needs EASYORDER_STRIPE_API_KEY")
        return self

    @property
    def address(self) -> str:
        """The address that the process listens on."""
        return self.listen_address or self.payment_address
