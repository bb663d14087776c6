"""The port to inventory_svc: stock is held for an order, then sold or released."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from chassis.errors import AppError, Kind
from chassis.money import Money
from order_svc.domain.views import StockView


class OutOfStock(AppError):
    """There are not enough pieces of an item. metadata: productItemId, requested, available."""

    kind, reason = Kind.FAILED_PRECONDITION, "OUT_OF_STOCK"


class ReservationReleased(AppError):
    """The hold was released finally, so its stock cannot be sold."""

    kind, reason = Kind.FAILED_PRECONDITION, "RESERVATION_RELEASED"


class HoldSuperseded(AppError):
    """The order was changed, or is being paid again, since the revision that the call names."""

    kind, reason = Kind.FAILED_PRECONDITION, "HOLD_SUPERSEDED"


class OrderIdTaken(AppError):
    """The id of the new order is that of an earlier one: this service's database was restored to a moment before it."""

    kind, reason = Kind.ALREADY_EXISTS, "ORDER_ID_TAKEN"


class AmendmentTooEarly(AppError):
    """An earlier change of the order, whose job may be running, has not been applied yet."""

    kind, reason = Kind.FAILED_PRECONDITION, "AMENDMENT_TOO_EARLY"


# The order is being changed by others; read again, it may succeed.
CHANGED_MEANWHILE = (HoldSuperseded, AmendmentTooEarly)


class IncentiveInvalid(AppError):
    """A code, or points, cannot be used for this order. metadata: code, why."""

    kind, reason = Kind.FAILED_PRECONDITION, "INCENTIVE_INVALID"


class HoldLost(AppError):
    """The hold of an earlier attempt has ended, and no order was placed with it."""

    kind, reason = Kind.ABORTED, "HOLD_LOST"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRequest:
    """`key` identifies the shopper's request: a repeat with the same key and lines gets the hold of the first one.

    `lines` are pairs of product item id and quantity. `re_reserve` holds the stock again if the hold has ended, and
    extends it otherwise. `keep_prices` keeps the previous prices and discounts, as a placed order requires; codes and
    points are not needed then. With `no_backorder` missing stock is refused instead of backordered.
    """

    order_id: int
    key: str
    user_id: str
    currency: str
    lines: tuple[tuple[int, int], ...]
    incentive_codes: tuple[str, ...] = ()
    loyalty_points: int = 0
    re_reserve: bool = False
    keep_prices: bool = False
    no_backorder: bool = False

    @property
    def locks(self) -> Collection[Hashable]:
        """What the hold needs and others may have locked: items and codes."""
        return [*(item_id for item_id, _ in self.lines), *self.incentive_codes]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldItem:
    """A held line, with its price at the time of the hold."""

    product_item_id: int
    sku: str
    name: str
    quantity: int
    unit_price: Money
    # The line's share of the hold's discounts.
    discount: Money
    # Known when it is reserved: what the item is of, and its options as pairs of variation and value.
    product_id: int = 0
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDiscount:
    """The discount of a code or of points; the code is empty for points."""

    code: str
    description: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Stock that inventory_svc holds, or held, for an order. `order_id` is that of the first request with this key."""

    order_id: int
    key: str
    is_held: bool
    # Some pieces are backordered.
    waits: bool = False
    items: tuple[HeldItem, ...]
    # None while pieces are backordered: such a hold does not expire.
    expires_at: datetime | None
    # Same sum as the discounts of the items.
    discounts: tuple[HeldDiscount, ...] = ()
    # The stock of the items right after the hold.
    stocks: tuple[StockView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StockAmendment:
    """The order after its change number `revision`; `lines` has all of its lines.

    `supplementary_hold_id` names the hold of the added pieces. `re_reserve` holds expired stock again and extends the
    rest; with `reopen`, also stock that an earlier revision released. With `validate_only` nothing changes.
    """

    order_id: int
    revision: int
    supplementary_hold_id: int
    lines: tuple[tuple[int, int], ...]
    re_reserve: bool = False
    reopen: bool = False
    validate_only: bool = False

    @classmethod
    def of(cls, payload: Mapping[str, Any], *, re_reserve: bool = False, reopen: bool = False) -> StockAmendment:
        """From the payload of a job."""
        return cls(
            order_id=payload["order_id"],
            revision=payload["revision"],
            supplementary_hold_id=payload["supplementary_hold_id"],
            lines=tuple((item, quantity) for item, quantity in payload["lines"]),
            re_reserve=re_reserve,
            reopen=reopen,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Asks for the hold of an order after change number `revision`, its discounts recalculated."""

    revision: int
    hold: Hold


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPreview:
    """What a hold would be, without the codes that cannot be used: pairs of a code, "" for the points, and why."""

    hold: Hold
    refused_codes: tuple[tuple[str, str], ...]
    points_spent: int
    points_earned: int


# Pairs of product item id and pieces.
Pieces: TypeAlias = tuple[tuple[int, int], ...]


class Inventory(Protocol):
    """inventory_svc. Every call may be repeated, and raises Unavailable or DeadlineExceeded if there is no reply."""

    async def reserve(self, request: HoldRequest) -> Hold:
        """Holds all lines or none. Raises OutOfStock, IncentiveInvalid, OrderIdTaken, and what else Reserve refuses."""

    async def preview(self, request: HoldRequest) -> HoldPreview:
        """What `reserve` would hold; holds nothing. Raises OutOfStock and the other refusals of its lines."""

    async def commit(self, order_id: int, revision: int, *, paid: bool) -> None:
        """Sells the stock held for this revision of the order, once; if it is `paid`, it earns its points.

        Raises OutOfStock, IncentiveInvalid or ReservationReleased if the hold has ended and cannot be renewed, and
        HoldSuperseded.
        """

    async def amend(self, amendment: StockAmendment) -> Hold:
        """Adapts the hold to the order, once for each revision, or only previews it.

        Raises OutOfStock, ReservationReleased when a released hold is to be renewed, HoldSuperseded when that of an
        earlier revision is, and IncentiveInvalid when a code cannot be used again, or in a preview does not apply.
        """

    async def restock(self, order_id: int, returned: Pieces, *, refunded: Money, written_off: Pieces = ()) -> None:
        """Restocks single items and adapts the points of the order, from the totals so far.

        Those of the `returned` pieces that are `written_off` do not go back into stock. `refunded` is the money that
        was refunded for any reason.
        """

    async def release(self, order_id: int, revision: int, *, written_off: Pieces = ()) -> None:
        """Releases the stock held for this revision of the order, or restocks it if sold. Raises HoldSuperseded.

        The pieces that are `written_off` are sold instead, and do not go back into stock.
        """

    async def release_unplaced(self, order_id: int) -> None:
        """Releases the hold of an order that was not placed, unless another request got the same hold."""
