"""The basket: what a shopper wants to order, and for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chassis.context import Caller
from chassis.idempotency import RequestKey
from order_svc.domain.address import PostalAddress
from order_svc.domain.errors import TeamNotFound
from order_svc.domain.inventory import HoldRequest
from order_svc.domain.status import PaymentMethod


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """The order that a shopper requests: lines are pairs of product item id and quantity."""

    caller: Caller
    # The team that it is for, if any: one of the caller's.
    team_id: str | None = None
    request: RequestKey | None
    currency: str
    lines: tuple[tuple[int, int], ...]
    method: PaymentMethod
    payment_token: str = field(repr=False)
    incentive_codes: tuple[str, ...] = ()
    loyalty_points: int = 0
    shipping_address: PostalAddress | None = None
    billing_address: PostalAddress | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def require_own_team(self) -> None:
        """Raises TeamNotFound if it is for a team of which the caller is no member."""
        if self.team_id is not None and self.team_id not in self.caller.team_ids:
            raise TeamNotFound.of("teamId")

    def wanted(self, *, order_id: int, key: str) -> HoldRequest:
        """The stock and discounts that it needs."""
        return HoldRequest(
            order_id=order_id,
            key=key,
            user_id=self.caller.id,
            currency=self.currency,
            lines=self.lines,
            incentive_codes=self.incentive_codes,
            loyalty_points=self.loyalty_points,
        )
