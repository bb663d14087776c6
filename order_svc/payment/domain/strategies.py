"""A strategy for each payment method; a method without one is refused by name."""

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
    """How one payment method is charged."""

    async def charge(self, charge: Charge) -> ProviderPayment: ...


class OnDelivery:
    """Charges nothing now: the courier takes the money."""

    async def charge(self, charge: Charge) -> ProviderPayment:
        return ProviderPayment(transaction_id=charge.transaction_id, state=PaymentState.DEFERRED)


class Strategies:
    """The payment methods on offer."""

    def __init__(self, by_method: Mapping[PaymentMethod, PaymentStrategy]) -> None:
        self._by_method = by_method

    async def charge(self, charge: Charge) -> ProviderPayment:
        """Charges by the strategy of the method. Raises PaymentMethodUnsupported, and the errors of the strategy."""
        strategy = self._by_method.get(charge.method)
        if strategy is None:
            raise PaymentMethodUnsupported.of(charge.method.value)
        return await strategy.charge(charge)


def offered(provider: PaymentProvider) -> Strategies:
    """Cash on delivery, and cards, PayPal and wallets, which the given provider distinguishes by the charge."""
    return Strategies(
        {
            PaymentMethod.CARD: provider,
            PaymentMethod.PAYPAL: provider,
            PaymentMethod.WALLET: provider,
            PaymentMethod.CASH: OnDelivery(),
        }
    )
