"""Stripe's API as far as it is used here, by the official SDK: what it answers, and what each of its failures means.

The SDK repeats nothing by itself: an attempt is counted, and asked for before it is made again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import stripe
import structlog

from chassis.money import Money
from order_svc.payment.domain.errors import PaymentMethodUnsupported, ProviderUnavailable
from order_svc.payment.domain.provider import Charge, PaymentMethod, Refund

log = structlog.get_logger(__name__)

# Apple Pay, Google Pay and their like are cards to Stripe.
_TYPES = {PaymentMethod.CARD: "card", PaymentMethod.WALLET: "card", PaymentMethod.PAYPAL: "paypal"}
_EXPAND = ["latest_charge.refunds"]
# Declines after which the same card may work (https://docs.stripe.com/declines/codes).
_WORTH_ANOTHER_TRY = {"issuer_not_available", "processing_error", "reenter_transaction", "try_again_later"}
# Of all that Money knows. Stripe counts others otherwise (https://docs.stripe.com/currencies#minor-units).
_MINOR_UNITS = 100
_REFUNDS_THAT_FAILED = {"failed", "canceled"}


class Undecided(ProviderUnavailable):
    """Stripe ended the request without deciding it, and answers the same to the same key from now on."""


class StalePaymentIntent(Exception):
    """The payment intent is not in a state in which that can be done to it: look again."""


class KeyReused(Exception):
    """The idempotency key came with another request before."""


class Declined(Exception):
    """Nothing was charged. `why` is for the shopper; a later try may work unless it `is_final`."""

    def __init__(self, why: str, *, is_final: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.is_final = is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentState:
    """A payment intent as Stripe has it; `declined` is how its last try ended, if it was declined."""

    status: str
    amount: Money
    charged_at: datetime | None = None
    refunded: Money | None = None
    refunded_at: datetime | None = None
    declined: Declined | None = None

    @property
    def is_open(self) -> bool:
        """Nothing is charged or under way."""
        return self.status in {"requires_payment_method", "requires_confirmation"}


class StripeApi:
    """The calls. All raise ProviderUnavailable when the outcome is not known, Undecided when the key is used up."""

    def __init__(self, api_key: str, *, base: str, timeout_s: float) -> None:
        # Its debug logs hold what the shopper pays with, its telemetry describes this machine.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        stripe.enable_telemetry = False
        self._timeout_s = timeout_s
        self._http = stripe.HTTPXClient(timeout=timeout_s)
        self._v1 = stripe.StripeClient(
            api_key, base_addresses={"api": base}, max_network_retries=0, http_client=self._http
        ).v1

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def create(self, charge: Charge, *, key: str) -> str:
        """Makes a payment intent that charges nothing yet, and answers its id. Raises Declined."""
        method = _TYPES.get(charge.method)
        if method is None:
            raise PaymentMethodUnsupported.of(charge.method.value)
        async with self._asked("create"):
            intent = await self._v1.payment_intents.create_async(
                {
                    "amount": _minor(charge.amount),
                    "currency": charge.amount.currency.lower(),
                    "allowed_payment_method_types": [method],
                    "metadata": {"transaction_id": charge.transaction_id, "order_id": str(charge.order_id)},
                },
                {"idempotency_key": key},
            )
        return intent.id

    async def confirm(self, intent_id: str, token: str, *, key: str) -> IntentState:
        """Charges. Raises Declined, StalePaymentIntent, KeyReused."""
        paid_with = "confirmation_token" if token.startswith("ctoken_") else "payment_method"
        params: Any = {paid_with: token, "error_on_requires_action": True, "expand": _EXPAND}
        async with self._asked("confirm"):
            return _state(await self._v1.payment_intents.confirm_async(intent_id, params, {"idempotency_key": key}))

    async def cancel(self, intent_id: str) -> IntentState:
        """Makes sure that the intent is never charged. Raises StalePaymentIntent if it was charged or cancelled."""
        async with self._asked("cancel"):
            intent = await self._v1.payment_intents.cancel_async(
                intent_id, {"cancellation_reason": "abandoned", "expand": _EXPAND}
            )
        return _state(intent)

    async def find(self, intent_id: str) -> IntentState:
        async with self._asked("retrieve"):
            return _state(await self._v1.payment_intents.retrieve_async(intent_id, {"expand": _EXPAND}))

    async def refund(self, intent_id: str, refund: Refund, *, key: str) -> str:
        """Gives back, and answers Stripe's id of it. Raises Declined when Stripe will not, KeyReused."""
        async with self._asked("refund"):
            made = await self._v1.refunds.create_async(
                {
                    "payment_intent": intent_id,
                    "amount": _minor(refund.amount),
                    "metadata": {"refund_id": refund.refund_id},
                },
                {"idempotency_key": key},
            )
        if made.status in _REFUNDS_THAT_FAILED:
            raise Declined("the refund failed")
        return made.id

    async def find_refund(self, intent_id: str, refund_id: str) -> str | None:
        """Stripe's id of the refund that carries ours; None while there is none."""
        async with self._asked("list refunds"):
            page = await self._v1.refunds.list_async({"payment_intent": intent_id, "limit": 100})
            async for made in page.auto_paging_iter():
                if _of(made.metadata, "refund_id") == refund_id and made.status not in _REFUNDS_THAT_FAILED:
                    return made.id
        return None

    @asynccontextmanager
    async def _asked(self, what: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except stripe.CardError as error:
            raise _declined(error.error) from error
        except stripe.IdempotencyError as error:
            raise KeyReused from error
        except stripe.InvalidRequestError as error:
            raise _refused(error, what) from error
        except stripe.StripeError as error:
            details = {"status": error.http_status, "code": error.code, "request": error.request_id}
            if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
                log.error("Stripe refuses our key; payments wait", call=what, **details)
            else:
                log.warning("Stripe gave no answer", call=what, kind=type(error).__name__, **details)
            undecided = (error.http_status or 0) >= 500
            raise (Undecided if undecided else ProviderUnavailable)("the payment provider does not answer") from error
        except TimeoutError as error:
            log.warning("Stripe gave no answer", call=what, kind="TimeoutError")
            raise ProviderUnavailable("the payment provider does not answer") from error


def _state(intent: stripe.PaymentIntent) -> IntentState:
    # What a property returns here depends on `expand`; all calls above expand the charge.
    charge: Any = intent.latest_charge
    back = charge.amount_refunded if charge else 0
    refunds = [made for made in charge.refunds.data if made.status not in _REFUNDS_THAT_FAILED] if back else []
    return IntentState(
        status=intent.status,
        # Less than `amount` where somebody captured a part of it at Stripe.
        amount=_money(intent.amount_received if intent.status == "succeeded" else intent.amount, intent.currency),
        charged_at=_time(charge.created) if charge else None,
        refunded=_money(back, intent.currency) if back else None,
        refunded_at=_time(max(made.created for made in refunds)) if refunds else None,
        declined=_declined(intent.last_payment_error) if intent.last_payment_error else None,
    )


def _declined(error: Any) -> Declined:
    codes = {_of(error, "code"), _of(error, "decline_code")}
    why = _of(error, "message") or "the payment was declined"
    return Declined(why, is_final=codes.isdisjoint(_WORTH_ANOTHER_TRY))


def _refused(error: stripe.InvalidRequestError, what: str) -> Exception:
    """Nothing was done: the request could not be right, or came at the wrong time."""
    param = error.param or ""
    if error.code == "payment_intent_unexpected_state":
        return StalePaymentIntent()
    if param.startswith("allowed_payment_method_types"):
        return Declined("this way to pay is not offered; choose another")
    if param.startswith(("payment_method", "confirmation_token")):
        return Declined("the card is not known to the provider")
    log.error("Stripe does not take a request", call=what, code=error.code, param=param, request=error.request_id)
    return Declined("the payment provider does not take this payment")


def _of(thing: Any, name: str) -> Any:
    # The SDK leaves out what Stripe leaves out.
    return getattr(thing, name, None) if thing is not None else None


def _minor(amount: Money) -> int:
    return int(amount.amount * _MINOR_UNITS)


def _money(minor: int, currency: str) -> Money:
    return Money(Decimal(minor) / _MINOR_UNITS, currency.upper()).rounded()


def _time(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
