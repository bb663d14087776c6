"""The part of Stripe's API that is used here, through the official SDK: its results, and the meaning of its failures.

The SDK's retries are off: each attempt is counted, and its state is read before the next attempt.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import stripe
import structlog

from chassis.money import Money
from order_svc.domain.status import PaymentMethod
from order_svc.payment.domain.errors import ProviderUnavailable
from order_svc.payment.domain.provider import Charge, Refund

log = structlog.get_logger(__name__)

# Stripe treats Apple Pay, Google Pay and similar wallets as cards.
_TYPES = {PaymentMethod.CARD: "card", PaymentMethod.WALLET: "card", PaymentMethod.PAYPAL: "paypal"}
_EXPAND = ["latest_charge.refunds"]
# Declines after which the same card may work (https://docs.stripe.com/declines/codes).
_WORTH_ANOTHER_TRY = {"issuer_not_available", "processing_error", "reenter_transaction", "try_again_later"}
# A refund is also possible once the shop's account has money again (https://docs.stripe.com/error-codes).
_REFUND_WORTH_ANOTHER_TRY = _WORTH_ANOTHER_TRY | {"balance_insufficient", "insufficient_funds"}
# Among the currencies that Money knows; for others see https://docs.stripe.com/currencies#minor-units.
_MINOR_UNITS = 100
_REFUNDS_THAT_FAILED = {"failed", "canceled"}


class Undecided(ProviderUnavailable):
    """Stripe ended the request without an outcome, and from now on repeats this reply for the same key."""


class StalePaymentIntent(Exception):
    """The state of the payment intent does not allow the call: read the intent again."""


class KeyReused(Exception):
    """The idempotency key was used with another request before."""


class Declined(Exception):
    """Nothing was charged. `why` is for the shopper; unless `is_final`, a later attempt may succeed."""

    def __init__(self, why: str, *, is_final: bool = True) -> None:
        super().__init__(why)
        self.why = why
        self.is_final = is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentState:
    """A payment intent at Stripe; `declined` is set if its last attempt was declined."""

    status: str
    amount: Money
    charged_at: datetime | None = None
    refunded: Money | None = None
    refunded_at: datetime | None = None
    declined: Declined | None = None
    # The page where the shopper confirms the payment.
    next_action_uri: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nothing is charged and no charge is in progress."""
        return self.status in {"requires_payment_method", "requires_confirmation", "requires_action"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A refund or a dispute at Stripe. `refund_id` is ours, empty where another program made the refund."""

    id: str
    intent_id: str
    amount: Money
    status: str
    reason: str
    refund_id: str = ""


@dataclass(frozen=True, slots=True)
class MadeRefund:
    """A refund that Stripe has created, which may have failed since."""

    id: str
    has_failed: bool


class StripeApi:
    """The calls. All raise ProviderUnavailable if the outcome is unknown, Undecided if a new key is needed.

    Shoppers who have confirmed a payment return to `return_url`; empty: a payment that has to be confirmed is declined.
    """

    def __init__(self, api_key: str, *, base: str, timeout_s: float, return_url: str = "") -> None:
        # The SDK's debug logs contain the shopper's payment data, and its telemetry describes this machine.
        logging.getLogger("stripe").setLevel(logging.WARNING)
        stripe.enable_telemetry = False
        self._timeout_s = timeout_s
        self._return = {"return_url": return_url} if return_url else {"error_on_requires_action": True}
        # Making a TLS context takes 20 ms, and a stand-in that is reached by plain HTTP needs none.
        self._http = stripe.HTTPXClient(timeout=timeout_s, verify_ssl_certs=base.startswith("https:"))
        self._v1 = stripe.StripeClient(
            api_key, base_addresses={"api": base}, max_network_retries=0, http_client=self._http
        ).v1

    async def close(self) -> None:
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def create(self, charge: Charge, *, key: str) -> str:
        """Creates a payment intent that charges nothing yet, and returns its id. Raises Declined."""
        async with self._asked("create"):
            intent = await self._v1.payment_intents.create_async(
                {
                    "amount": _minor(charge.amount),
                    "currency": charge.amount.currency.lower(),
                    "allowed_payment_method_types": [_TYPES[charge.method]],
                    "metadata": {"transaction_id": charge.transaction_id, "order_id": str(charge.order_id)},
                },
                {"idempotency_key": key},
            )
        return intent.id

    async def confirm(self, intent_id: str, token: str, *, key: str) -> IntentState:
        """Charges. Raises Declined, StalePaymentIntent, KeyReused."""
        paid_with = "confirmation_token" if token.startswith("ctoken_") else "payment_method"
        params: Any = {paid_with: token, "expand": _EXPAND, **self._return}
        async with self._asked("confirm"):
            return _state(await self._v1.payment_intents.confirm_async(intent_id, params, {"idempotency_key": key}))

    async def cancel(self, intent_id: str) -> IntentState:
        """Ensures that the intent is never charged. Raises StalePaymentIntent if it was charged or cancelled."""
        async with self._asked("cancel"):
            intent = await self._v1.payment_intents.cancel_async(
                intent_id, {"cancellation_reason": "abandoned", "expand": _EXPAND}
            )
        return _state(intent)

    async def find(self, intent_id: str) -> IntentState:
        async with self._asked("retrieve"):
            return _state(await self._v1.payment_intents.retrieve_async(intent_id, {"expand": _EXPAND}))

    async def refund(self, intent_id: str, refund: Refund, *, key: str) -> MadeRefund:
        """Refunds; for a key that was used before, as the first reply said. Raises Declined if refused, KeyReused."""
        async with self._asked("refund", _REFUND_WORTH_ANOTHER_TRY):
            made = await self._v1.refunds.create_async(
                {
                    "payment_intent": intent_id,
                    "amount": _minor(refund.amount),
                    "metadata": {"refund_id": refund.refund_id},
                },
                {"idempotency_key": key},
            )
        return MadeRefund(made.id, made.status in _REFUNDS_THAT_FAILED)

    async def find_refund(self, intent_id: str, refund_id: str) -> MadeRefund | None:
        """The refund that carries our refund_id: the one that stands, or else the last one that failed."""
        failed = None
        async with self._asked("list refunds"):
            page = await self._v1.refunds.list_async({"payment_intent": intent_id, "limit": 100})
            async for made in page.auto_paging_iter():
                if attribute(made.metadata, "refund_id") == refund_id:
                    if made.status not in _REFUNDS_THAT_FAILED:
                        return MadeRefund(made.id, has_failed=False)
                    failed = failed or MadeRefund(made.id, has_failed=True)
        return failed

    async def failed_refund(self, id: str) -> Trouble | None:
        """A refund that failed or was cancelled; None if it did not."""
        async with self._asked("retrieve refund"):
            made = await self._v1.refunds.retrieve_async(id)
        if made.status not in _REFUNDS_THAT_FAILED:
            return None
        return Trouble(
            id=made.id,
            intent_id=str(made.payment_intent or ""),
            amount=amount_of(made.amount, made.currency),
            status=made.status or "",
            reason=attribute(made, "failure_reason") or "unknown",
            refund_id=attribute(made.metadata, "refund_id") or "",
        )

    async def listed(self, what: Literal["charges", "refunds"], params: Mapping[str, Any]) -> stripe.ListObject[Any]:
        """A page of all charges or refunds of the account, newest first, each with its payment intent."""
        asked: Any = {**params, "expand": ["data.payment_intent"]}
        async with self._asked(f"list all {what}"):
            service = self._v1.charges if what == "charges" else self._v1.refunds
            return await service.list_async(asked)

    async def dispute(self, id: str) -> Trouble:
        async with self._asked("retrieve dispute"):
            found = await self._v1.disputes.retrieve_async(id)
        return Trouble(
            id=found.id,
            intent_id=str(found.payment_intent or ""),
            amount=amount_of(found.amount, found.currency),
            status=found.status,
            reason=found.reason,
        )

    @asynccontextmanager
    async def _asked(self, what: str, worth_another_try: Set[str] = _WORTH_ANOTHER_TRY) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except stripe.CardError as error:
            raise _declined(error.error, worth_another_try) from error
        except stripe.IdempotencyError as error:
            raise KeyReused from error
        except stripe.InvalidRequestError as error:
            raise _refused(error, what, worth_another_try) from error
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
        # Less than `amount` if an operator captured only a part at Stripe.
        amount=amount_of(intent.amount_received if intent.status == "succeeded" else intent.amount, intent.currency),
        charged_at=time_of(charge.created) if charge else None,
        refunded=amount_of(back, intent.currency) if back else None,
        refunded_at=time_of(max(made.created for made in refunds)) if refunds else None,
        declined=_declined(intent.last_payment_error) if intent.last_payment_error else None,
        next_action_uri=attribute(attribute(attribute(intent, "next_action"), "redirect_to_url"), "url") or "",
    )


def _declined(error: Any, worth_another_try: Set[str] = _WORTH_ANOTHER_TRY) -> Declined:
    codes = {attribute(error, "code"), attribute(error, "decline_code")}
    why = attribute(error, "message") or "the payment was declined"
    return Declined(why, is_final=codes.isdisjoint(worth_another_try))


def _refused(error: stripe.InvalidRequestError, what: str, worth_another_try: Set[str]) -> Exception:
    """Nothing was done: the request was invalid, or came at the wrong time."""
    param = error.param or ""
    if error.code == "payment_intent_unexpected_state":
        return StalePaymentIntent()
    if param.startswith("allowed_payment_method_types"):
        return Declined("this way to pay is not offered; choose another")
    if param.startswith(("payment_method", "confirmation_token")):
        return Declined("the card is not known to the provider")
    log.error("Stripe does not take a request", call=what, code=error.code, param=param, request=error.request_id)
    why = "the payment provider does not take this " + ("refund" if what == "refund" else "payment")
    return Declined(why, is_final=error.code not in worth_another_try)


def attribute(thing: Any, name: str) -> Any:
    """None where there is none: the SDK omits attributes that Stripe omits."""
    return getattr(thing, name, None) if thing is not None else None


def _minor(amount: Money) -> int:
    return int(amount.amount * _MINOR_UNITS)


def amount_of(minor: int, currency: str) -> Money:
    """An amount in minor units as ours."""
    return Money(Decimal(minor) / _MINOR_UNITS, currency.upper()).rounded()


def time_of(seconds: int) -> datetime:
    """A time of Stripe as ours."""
    return datetime.fromtimestamp(seconds, UTC)
