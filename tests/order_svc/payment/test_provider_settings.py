"""The environment selects the provider, and its secrets stay secret."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import create_async_engine

from order_svc.payment.adapters.sandbox import SandboxProvider
from order_svc.payment.adapters.stripe.provider import StripeProvider
from order_svc.payment.adapters.stripe.webhooks import StripeWebhooks
from order_svc.payment.bootstrap import provider_of
from order_svc.payment.config import PaymentSettings
from order_svc.payment.domain.provider import NoWebhooks
from tests.fakes.chassis import FakeClock

KEY, SECRET = "sk_test_settings", "whsec_settings"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("EASYORDER_PAYMENT_PROVIDER", "stripe")
    monkeypatch.setenv("EASYORDER_STRIPE_API_KEY", KEY)
    monkeypatch.setenv("EASYORDER_STRIPE_WEBHOOK_SECRET", SECRET)
    return monkeypatch


async def made() -> tuple[type, type]:
    engine = create_async_engine("postgresql+asyncpg://nobody@127.0.0.1:1/")
    async with provider_of(PaymentSettings(), engine, FakeClock()) as provider:
        return type(provider.payments), type(provider.webhooks)


async def test_the_sandbox_is_the_default() -> None:
    assert await made() == (SandboxProvider, NoWebhooks)


async def test_stripe_when_it_is_asked_for(environment: pytest.MonkeyPatch) -> None:
    assert await made() == (StripeProvider, StripeWebhooks)

    environment.delenv("EASYORDER_STRIPE_WEBHOOK_SECRET")
    assert await made() == (StripeProvider, NoWebhooks)


def test_stripe_needs_its_key(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("EASYORDER_STRIPE_API_KEY")

    with pytest.raises(ValidationError, match="EASYORDER_STRIPE_API_KEY") as refusal:
        PaymentSettings()

    assert SECRET not in str(refusal.value)


def test_settings_do_not_show_secrets(environment: pytest.MonkeyPatch) -> None:
    assert KEY not in repr(PaymentSettings())
    assert SECRET not in repr(PaymentSettings())

    environment.setenv("EASYORDER_PAYMENT_PROVIDER", "stripes")
    with pytest.raises(ValidationError) as refusal:
        PaymentSettings()
    assert KEY not in str(refusal.value)
