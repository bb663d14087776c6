"""Charges and refunds of a period, as Stripe's own books have them: the lists of the account, page by page.

Stripe lists the newest first, 100 at most, and goes on after the last id of a page (docs.stripe.com/api/pagination).
What is made meanwhile comes before what was listed, so that no page has it twice and none is missed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from order_svc.payment.adapters.stripe.client import Declined, StripeApi, amount_of, attribute, time_of
from order_svc.payment.domain.errors import ProviderUnavailable
from order_svc.payment.domain.provider import MovementKind, MovementPage, MovementState, ProviderMovement

_PAGE = 100
# Of refunds, `requires_action` is one that the shopper has to help with; of both, whatever else is no money that moved.
_STATES = {
    "succeeded": MovementState.SUCCEEDED,
    "pending": MovementState.PENDING,
    "requires_action": MovementState.PENDING,
}


async def listed_movements(api: StripeApi, start: datetime, end: datetime, *, after: str) -> MovementPage:
    """All charges come first, then all refunds; `after` is the list and the last id of the page before."""
    what: Literal["charges", "refunds"] = "refunds" if after.startswith("refunds") else "charges"
    params: dict[str, Any] = {"created": {"gte": _seconds(start), "lt": _seconds(end)}, "limit": _PAGE}
    if last := after.partition(" ")[2]:
        params["starting_after"] = last
    try:
        page = await api.listed(what, params)
    except Declined as refusal:
        raise ProviderUnavailable("the payment provider does not list what it has") from refusal
    following = f"{what} {page.data[-1].id}" if page.has_more else "refunds " if what == "charges" else ""
    found = [_movement(one, what) for one in page.data]
    ours = [movement for movement in found if movement is not None]
    return MovementPage(movements=ours, next=following, foreign=len(found) - len(ours))


def _movement(listed: Any, what: str) -> ProviderMovement | None:
    """None if the payment was not made by a shop of this program."""
    intent = attribute(listed, "payment_intent")
    metadata = attribute(intent, "metadata")
    if (transaction_id := attribute(metadata, "transaction_id")) is None:
        return None
    order_id = attribute(metadata, "order_id") or ""
    is_charge, state = what == "charges", _STATES.get(listed.status, MovementState.FAILED)
    # Less than `amount` if an operator captured only a part at Stripe.
    minor = listed.amount_captured if is_charge and state is MovementState.SUCCEEDED else listed.amount
    return ProviderMovement(
        id=listed.id,
        kind=MovementKind.CHARGE if is_charge else MovementKind.REFUND,
        transaction_id=transaction_id,
        amount=amount_of(minor, listed.currency),
        created_at=time_of(listed.created),
        order_id=int(order_id) if order_id.isdecimal() else 0,
        refund_id="" if is_charge else attribute(listed.metadata, "refund_id") or "",
        state=state,
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
