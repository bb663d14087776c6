"""Charges and refunds at Stripe: each at most once, even if requests or replies are lost.

A transaction is one payment intent, created first and confirmed second. An intent takes no money before it is
confirmed, and Stripe confirms it at most once. Its state is read before it is confirmed again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from chassis.errors import InvalidArgument
from chassis.money import Money
from order_svc.domain.refund import RefundExceedsCharge
from order_svc.payment.adapters.stripe.client import (
    Declined,
    IntentState,
    KeyReused,
    MadeRefund,
    StalePaymentIntent,
    StripeApi,
    Trouble,
    Undecided,
)
from order_svc.payment.adapters.stripe.intents import Intent, Intents, KeptRefund
from order_svc.payment.adapters.stripe.movements import listed_movements
from order_svc.payment.domain.errors import (
    ChargeNotConfirmed,
    ProviderUnavailable,
    RefundRefused,
    RefundReused,
    TransactionReused,
)
from order_svc.payment.domain.provider import (
    Charge,
    Incident,
    MovementPage,
    Notice,
    PaymentState,
    ProviderPayment,
    Refund,
    StoredTransaction,
)

_VOID = "refunded before it was charged"
_ASKED = 20
# Disputes that the shop has won, or that never became one.
_NOBODY_ACTS = {"won", "warning_closed", "prevented"}


class StripeProvider:
    """A PaymentProvider on the Stripe account of the key of `api`."""

    def __init__(self, api: StripeApi, intents: Intents) -> None:
        self._api = api
        self._intents = intents

    async def charge(self, charge: Charge) -> ProviderPayment:
        kept = await self._intents.begin(charge)
        kept.check(charge)
        if charge.recorded:
            return await self._recorded(kept, charge)
        if kept.intent_id is None and kept.void_reason is None:
            try:
                kept = await self._make_intent(kept, charge)
            except Declined as refusal:
                return _refused(kept.transaction_id, refusal)
        elif kept.intent_id is not None:
            state = await self._api.find(kept.intent_id)
            known = _payment(kept, state)
            if known.state is not PaymentState.UNSPECIFIED:
                return known
            if not state.is_open:
                raise ProviderUnavailable("the payment is under way; ask again")
            if state.declined and kept.void_reason is None:
                # Stripe would repeat its reply of before that: the page where the shopper has acted already.
                kept = await self._intents.next_generation(kept)
        if kept.intent_id is None:
            return _payment(kept)
        if kept.void_reason is not None:
            return await self._void(kept, kept.intent_id, kept.void_reason)
        return await self._confirm(kept, kept.intent_id, charge)

    async def refund(self, refund: Refund) -> ProviderPayment:
        reason = refund.reason or _VOID
        kept = await self._intents.find(refund.transaction_id)
        if kept is None or kept.intent_id is None:
            kept = await self._intents.void(refund.transaction_id, reason)
        if kept.intent_id is None:
            return _payment(kept)
        state = await self._api.find(kept.intent_id)
        known = _payment(kept, state)
        # What was refused can be paid with another card, by whoever has the client secret, until it is cancelled.
        if state.is_open or known.state is PaymentState.UNSPECIFIED:
            known = await self._void(kept, kept.intent_id, reason)
        if known.charged is None:
            return known
        await self._refund_charge(kept.intent_id, known, known.charged, refund)
        return await self.find(refund.transaction_id)

    async def find(self, transaction_id: str) -> ProviderPayment:
        kept = await self._intents.find(transaction_id)
        if kept is None:
            return ProviderPayment(transaction_id=transaction_id)
        return _payment(kept, await self._api.find(kept.intent_id) if kept.intent_id else None)

    async def stored(self, transaction_ids: Sequence[str]) -> list[StoredTransaction]:
        refunds: dict[str, list[tuple[str, Money]]] = defaultdict(list)
        for refund in await self._intents.refunds_of(transaction_ids):
            refunds[refund.transaction_id].append((refund.refund_id, refund.amount))
        found = []
        for id in sorted(transaction_ids):
            # One after the other: Stripe limits how often it is asked.
            if (kept := await self._intents.find(id)) is not None:
                state = await self._api.find(kept.intent_id) if kept.intent_id else None
                known = StoredTransaction(
                    payment=_payment(kept, state), order_id=kept.order_id or 0, refunds=tuple(refunds[id])
                )
                found.append(known)
        return found

    async def page(self, *, after: str, limit: int) -> list[StoredTransaction]:
        # Few, as Stripe is asked about each and the call has a deadline.
        return await self.stored(await self._intents.ids_after(after, limit=min(limit, _ASKED)))

    async def movements(self, start: datetime, end: datetime, *, after: str) -> MovementPage:
        return await listed_movements(self._api, start, end, after=after)

    async def _recorded(self, kept: Intent, charge: Charge) -> ProviderPayment:
        """A charge whose record was lost. For a day, Stripe knows its intent by the key; no other one is confirmed."""
        if kept.intent_id is None and kept.void_reason is None:
            try:
                kept = await self._make_intent(kept, charge)
            except Declined:
                raise ChargeNotConfirmed.of(charge.transaction_id) from None
        known = _payment(kept, await self._api.find(kept.intent_id) if kept.intent_id else None)
        if known.charged is None:
            raise ChargeNotConfirmed.of(charge.transaction_id)
        return known

    async def incident(self, notice: Notice) -> Incident | None:
        if notice.refund:
            return await self._failed_refund(notice.refund)
        return await self._dispute(notice.dispute) if notice.dispute else None

    async def _failed_refund(self, stripe_id: str) -> Incident | None:
        found = await self._api.failed_refund(stripe_id)
        if found is None or not found.refund_id:
            return None
        kept = await self._intents.refund_failed(found.refund_id, stripe_id)
        if kept is None or kept.made_as is not None:
            return None
        return await self._incident(found, refund_id=found.refund_id)

    async def _dispute(self, dispute_id: str) -> Incident | None:
        return await self._incident(await self._api.dispute(dispute_id))

    async def _incident(self, found: Trouble, *, refund_id: str = "") -> Incident | None:
        kept = await self._intents.find_by_intent(found.intent_id)
        if kept is None:
            return None
        return Incident(
            id=found.id,
            transaction_id=kept.transaction_id,
            order_id=kept.order_id or 0,
            amount=found.amount,
            reason=found.reason,
            refund_id=refund_id,
            status=found.status,
            is_harmless=found.status in _NOBODY_ACTS,
        )

    async def _make_intent(self, kept: Intent, charge: Charge) -> Intent:
        try:
            intent_id = await self._api.create(charge, key=kept.key("create"))
        except Undecided:
            await self._intents.next_generation(kept)
            raise
        except KeyReused:
            raise TransactionReused.of(charge.transaction_id) from None
        return await self._intents.adopt(charge.transaction_id, intent_id)

    async def _confirm(self, kept: Intent, intent_id: str, charge: Charge) -> ProviderPayment:
        try:
            state = await self._api.confirm(intent_id, charge.token, key=kept.key("confirm"))
        except Declined as refusal:
            if refusal.is_final:
                return _refused(kept.transaction_id, refusal)
            await self._intents.next_generation(kept)
            raise ProviderUnavailable(refusal.why) from None
        except Undecided:
            # The intent is read before it is confirmed with the next key, and is charged at most once in any case.
            await self._intents.next_generation(kept)
            raise
        except KeyReused:
            raise TransactionReused.of(charge.transaction_id) from None
        except StalePaymentIntent:
            state = await self._api.find(intent_id)
        return _decided(_payment(kept, state))

    async def _void(self, kept: Intent, intent_id: str, reason: str) -> ProviderPayment:
        """Cancels an intent that is not charged; if a charge was faster, returns that charge."""
        kept = await self._intents.void(kept.transaction_id, reason)
        try:
            state = await self._api.cancel(intent_id)
        except (StalePaymentIntent, Declined):
            state = await self._api.find(intent_id)
        return _decided(_payment(kept, state))

    async def _refund_charge(self, intent_id: str, known: ProviderPayment, charged: Money, refund: Refund) -> None:
        if refund.amount.currency != charged.currency:
            raise InvalidArgument.of("amount.currencyCode", f"must be that of the charge, {charged.currency}")
        asked = await self._intents.begin_refund(refund)
        asked.check(refund)
        if asked.made_as is not None:
            return
        # After a day Stripe has forgotten the key, but not the refund; until then it repeats its reply for the key,
        # also if the refund has failed since.
        made = await self._api.find_refund(intent_id, refund.refund_id)
        if made is None or (made.has_failed and made.id == asked.failed_as):
            _check_left(known, refund)
            made = await self._make_refund(intent_id, asked, charged, refund)
        if made.has_failed:
            await self._intents.refund_failed(refund.refund_id, made.id)
        if made.has_failed or not await self._intents.made(asked, made.id):
            # Whether it is made again, an operator decides.
            raise RefundRefused.of(refund.refund_id)

    async def _make_refund(self, intent_id: str, asked: KeptRefund, charged: Money, refund: Refund) -> MadeRefund:
        try:
            return await self._api.refund(intent_id, refund, key=asked.key)
        except Undecided:
            # A second full refund is impossible; for a partial refund only the same key is safe.
            if refund.amount == charged:
                await self._intents.next_refund_generation(asked)
            raise
        except KeyReused:
            raise RefundReused.of(refund.refund_id) from None
        except Declined as refusal:
            # Nothing was refunded. Stripe repeats this reply for the same key, also when its cause is gone.
            await self._intents.next_refund_generation(asked)
            if not refusal.is_final:
                raise ProviderUnavailable(refusal.why) from None
            # Another refund may have been faster.
            _check_left(await self.find(refund.transaction_id), refund)
            raise RefundRefused.of(refund.refund_id) from None


def _payment(kept: Intent, state: IntentState | None = None) -> ProviderPayment:
    """The state of the transaction; UNSPECIFIED while undecided."""
    id = kept.transaction_id
    if state is None:
        voided = kept.void_reason is not None
        return ProviderPayment(
            transaction_id=id,
            state=PaymentState.VOIDED if voided else PaymentState.UNSPECIFIED,
            failure_reason=kept.void_reason or "",
        )
    if state.status == "succeeded":
        all_back = state.refunded == state.amount
        return ProviderPayment(
            transaction_id=id,
            state=PaymentState.REFUNDED if all_back else PaymentState.CHARGED,
            charged=state.amount,
            refunded=state.refunded,
            processed_at=state.refunded_at if all_back else state.charged_at,
            charged_at=state.charged_at,
        )
    if state.status == "requires_action" and kept.void_reason is None:
        action, uri = PaymentState.REQUIRES_ACTION, state.next_action_uri
        return ProviderPayment(transaction_id=id, state=action, next_action_uri=uri)
    ended = state.status == "canceled"
    if state.declined and state.declined.is_final and (ended or state.is_open):
        return _refused(id, state.declined)
    if ended:
        reason = kept.void_reason or "ended at the payment provider"
        return ProviderPayment(transaction_id=id, state=PaymentState.VOIDED, failure_reason=reason)
    return ProviderPayment(transaction_id=id)


def _decided(payment: ProviderPayment) -> ProviderPayment:
    if payment.state is PaymentState.UNSPECIFIED:
        raise ProviderUnavailable("the payment is under way; ask again")
    return payment


def _refused(transaction_id: str, refusal: Declined) -> ProviderPayment:
    return ProviderPayment(transaction_id=transaction_id, state=PaymentState.REFUSED, failure_reason=refusal.why)


def _check_left(known: ProviderPayment, refund: Refund) -> None:
    assert known.charged is not None
    remaining = known.charged - known.refunded if known.refunded else known.charged
    if (remaining - refund.amount).is_negative:
        raise RefundExceedsCharge.of(requested=refund.amount, remaining=remaining)
