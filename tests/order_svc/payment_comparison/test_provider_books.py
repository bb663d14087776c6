"""The provider's books as order_svc gets them from the payment process, of the sandbox and of Stripe."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from chassis.clock import SystemClock
from order_svc.domain.order import Order
from order_svc.payment.adapters.sandbox import SandboxProvider
from order_svc.payment.adapters.stripe.client import StripeApi
from order_svc.payment.adapters.stripe.provider import StripeProvider
from order_svc.payment.api.payments import PaymentApi
from order_svc.payment.bootstrap import SERVICE
from order_svc.payment.domain.provider import PaymentProvider
from order_svc.payment_comparison.adapters.books import GrpcProviderBooks
from order_svc.payment_comparison.domain.movements import MovementKind, ProviderMovement, ProviderState
from tests.builders.order import AT, an_order
from tests.fakes.payment import InMemoryIntents, in_memory_ledger
from tests.fakes.stripe_api import API_KEY, StripeApiFake
from tests.mesh import serving
from tests.order_svc.payment.builders import a_charge, a_refund, usd
from tests.order_svc.payment_comparison.compared_shop import HOUR, ComparedShop
from tests.order_svc.payment_comparison.test_differences import refunded

LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@asynccontextmanager
async def books_of(provider: PaymentProvider) -> AsyncIterator[GrpcProviderBooks]:
    async with serving({SERVICE: PaymentApi(provider)}) as mesh:
        yield GrpcProviderBooks(mesh.service("order"), timeout_s=10)


async def everything(books: GrpcProviderBooks) -> Mapping[str, ProviderMovement]:
    page = await books.listed(LONG_AGO, FAR_AHEAD, after="")
    found = list(page.movements)
    while page.next:
        page = await books.listed(LONG_AGO, FAR_AHEAD, after=page.next)
        found += page.movements
    return {f"{one.transaction_id} {one.refund_id}": one for one in found}


async def test_books_of_the_sandbox() -> None:
    provider = SandboxProvider(in_memory_ledger(), SystemClock())
    await provider.charge(a_charge("t-1", amount="10.99", order_id=7))
    await provider.refund(a_refund("r-1", "4.00"))

    async with books_of(provider) as books:
        found = await everything(books)
        known = await books.find(["t-1", "t-2"])

    charge, refund = found["t-1 "], found["t-1 r-1"]
    assert (charge.kind, charge.amount, charge.order_id) == (MovementKind.CHARGE, usd("10.99"), 7)
    assert (refund.kind, refund.amount, refund.state) == (MovementKind.REFUND, usd("4.00"), ProviderState.SUCCEEDED)
    assert charge.created_at <= refund.created_at
    assert {id: (one.charged, one.refunded) for id, one in known.items()} == {"t-1": (Decimal("10.99"), Decimal(4))}


async def test_orders_are_compared_with_stripe(shop: ComparedShop) -> None:
    async with StripeApiFake() as api:
        stripe = StripeApi(API_KEY, base=api.url, timeout_s=10)
        provider = StripeProvider(stripe, InMemoryIntents())
        paid = await shop.given(an_order().paid(), agreed=False)
        unpaid = await shop.given(an_order().paid(), agreed=False)
        given_back = await refunded(shop, "3.00", agreed=False)
        for order in (paid, given_back):
            await charge(provider, order)
        [refund] = given_back.refunds
        await provider.refund(a_refund(refund.refund_id, "3.00", transaction_id=given_back.payment.transaction_id))
        for made in (*api.charges.values(), *api.refunds.values()):
            made["created"] = int((AT + HOUR).timestamp())
        # Somebody refunds in Stripe's dashboard; and a charge is just before midnight there.
        by_hand = dict(next(iter(api.refunds.values())), id="re_by_hand", metadata={}, amount=100)
        api.refunds["re_by_hand"] = by_hand
        api.charges[next(iter(api.charges))]["created"] = int((AT - timedelta(seconds=1)).timestamp())
        async with books_of(provider) as books:
            shop.process.handler.provider = books
            found = await shop.found()
        await stripe.close()

    assert sorted(found) == sorted([f"LEDGER_ONLY CHARGE {unpaid.id}", f"PROVIDER_ONLY REFUND {given_back.id}"])
    [refunded_by_hand] = [one.provider for one in await shop.differences() if one.provider]
    assert (refunded_by_hand.id, refunded_by_hand.amount) == ("re_by_hand", usd("1.00"))


async def charge(provider: StripeProvider, order: Order) -> None:
    id, amount = order.payment.transaction_id, str(order.payment.amount.amount)
    await provider.charge(a_charge(id, "pm_ok", amount=amount, order_id=order.id))
