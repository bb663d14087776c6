"""A strategy for each way to pay; a way without one is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from order_svc.payment.domain.errors import PaymentMethodUnsupported
from order_svc.payment.domain.provider import (
    Charge,
    PaymentMethod,
    PaymentProvider,
    PaymentState,
    ProviderPayment,
)


class PaymentStrategy(Protocol):
    """What charging means for one way to pay."""

    async def charge(self, charge: Charge) -> ProviderPayment: ...


class OnDelivery:
    """Nothing is charged now: the courier takes the money."""

    async def charge(self, charge: Charge) -> ProviderPayment:
        return ProviderPayment(transaction_id=charge.transaction_id, state=PaymentState.DEFERRED)


class Strategies:
    """The ways to pay that are offered."""

    def __init__(self, by_method: Mapping[PaymentMethod, PaymentStrategy]) -> None:
        self._by_method = by_method

    async def charge(self, charge: Charge) -> ProviderPayment:
        """Charges as the method wants it. Raises PaymentMethodUnsupported, and what the strategy raises."""
        strategy = self._by_method.get(charge.method)
        if strategy is None:
            raise PaymentMethodUnsupported.of(charge.method.value)
        return await strategy.charge(charge)


def offered(provider: PaymentProvider) -> Strategies:
    """By the provider given, which tells cards, PayPal and wallets apart by the charge; and cash on delivery."""
    return Strategies(
        {
            PaymentMethod.CARD: provider,
            PaymentMethod.PAYPAL: provider,
            PaymentMethod.WALLET: provider,
            PaymentMethod.CASH: OnDelivery(),
        }
    )
