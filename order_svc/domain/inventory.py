"""Stock, as this service knows it: held for an order, then sold or given back by inventory_svc."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chassis.errors import AppError, Kind
from chassis.money import Money
from order_svc.domain.views import StockView


class OutOfStock(AppError):
    """There is not enough of an item. metadata: product_item_id, requested, available."""

    kind, reason = Kind.FAILED_PRECONDITION, "OUT_OF_STOCK"


class ReservationReleased(AppError):
    """The hold was given back for good, and can not be sold any more."""

    kind, reason = Kind.FAILED_PRECONDITION, "RESERVATION_RELEASED"


class IncentiveInvalid(AppError):
    """A code, or points, can not be used for this order. metadata: code, why."""

    kind, reason = Kind.FAILED_PRECONDITION, "INCENTIVE_INVALID"


class HoldLost(AppError):
    """The hold that a request got before has ended, and no order was placed on it."""

    kind, reason = Kind.ABORTED, "HOLD_LOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRequest:
    """`key` names the shopper's request: a second one with the same key and lines gets the first one's hold.

    `lines` are pairs of product item id and quantity. `renew` takes the stock anew where the hold has ended, and
    prolongs it where it has not; with `keep_prices` for what it cost, discounts included, as an order needs that was
    placed on it. Codes and points need not be given then. With
    `no_backorder` what is not there is refused, not waited for.
    """

    order_id: int
    key: str
    user_id: str
    currency: str
    lines: tuple[tuple[int, int], ...]
    incentive_codes: tuple[str, ...] = ()
    loyalty_points: int = 0
    renew: bool = False
    keep_prices: bool = False
    no_backorder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldItem:
    """A line that is held, at the price of this moment."""

    product_item_id: int
    sku: str
    name: str
    quantity: int
    unit_price: Money
    # Its share of the hold's discounts.
    discount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDiscount:
    """What a code, or the points, take off; the code is empty for points."""

    code: str
    description: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What inventory_svc holds, or held, for an order. `order_id` is that of the first request with this key."""

    order_id: int
    key: str
    is_held: bool
    # Some of it is not there yet, and is waited for.
    waits: bool = False
    items: tuple[HeldItem, ...]
    # None while it waits for stock: then it does not end by itself.
    expires_at: datetime | None
    # They add up to what the items' discounts add up to.
    discounts: tuple[HeldDiscount, ...] = ()
    # How the stock of its items stood right after.
    stocks: tuple[StockView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAmendment:
    """What an order is after its change number `revision`; `lines` is the whole of it.

    `extra_order_id` names the hold of what it had not before. `renew` takes anew what has expired, and prolongs what
    has not; what was released only with `reopen`. With `validate_only` nothing changes yet.
    """

    order_id: int
    revision: int
    extra_order_id: int
    lines: tuple[tuple[int, int], ...]
    renew: bool = False
    reopen: bool = False
    validate_only: bool = False

    @classmethod
    def of(cls, payload: Mapping[str, Any], *, renew: bool = False, reopen: bool = False) -> StockAmendment:
        """From the payload of a job."""
        return cls(
            order_id=payload["order_id"],
            revision=payload["revision"],
            extra_order_id=payload["extra_order_id"],
            lines=tuple((item, quantity) for item, quantity in payload["lines"]),
            renew=renew,
            reopen=reopen,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an order's hold would be after change number `revision`, with its codes and points worked out anew."""

    revision: int
    hold: Hold


class Inventory(Protocol):
    """inventory_svc. Every call may be repeated; each raises Unavailable or DeadlineExceeded when it can not be had."""

    async def reserve(self, request: HoldRequest) -> Hold:
        """Holds all lines or none. Raises OutOfStock, IncentiveInvalid and what else Reserve refuses with."""
        ...

    async def commit(self, order_id: int) -> None:
        """Sells what is held.

        Raises OutOfStock, IncentiveInvalid or ReservationReleased when it is not, and can not be had anew.
        """
        ...

    async def amend(self, amendment: StockAmendment) -> Hold:
        """Makes the hold what the order is now, once for each revision, or only tells what it would be.

        Raises OutOfStock, and ReservationReleased when what was released is to be renewed. Raises IncentiveInvalid when
        a code that was free again can not be had anew; of what would be, when it does not apply.
        """
        ...

    async def restock(self, order_id: int, returned: tuple[tuple[int, int], ...]) -> None:
        """Takes back single items: `returned` is all that came back of the order so far, item ids and pieces."""
        ...

    async def release(self, order_id: int) -> None:
        """Gives back what is held, or restocks what was sold."""
        ...
