"""What order_svc, inventory_svc and the payment process have stored of an order, and where that is read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from order_svc.domain.items import quantities
from order_svc.domain.order import Order
from order_svc.domain.status import PaymentMethod, Status

_PAID = frozenset({Status.PAID, Status.SHIPPED, Status.DELIVERED})
_STOPPED = frozenset({Status.CANCELLED, Status.FAILED})
_TAKES_STOCK = frozenset({"HELD", "BACKORDERED", "COMMITTED"})


class HoldState(StrEnum):
    """The state of a reservation; the names are those of the contract."""

    HELD = "HELD"
    BACKORDERED = "BACKORDERED"
    COMMITTED = "COMMITTED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredReservation:
    """What inventory_svc has of an order. `lines` are product item id, pieces, and how many of them came back."""

    order_id: int
    state: HoldState
    revision: int
    request_key: str
    lines: tuple[tuple[int, int, int], ...]

    @property
    def takes_stock(self) -> bool:
        return self.state in _TAKES_STOCK

    @property
    def pieces(self) -> dict[int, int]:
        return {item: quantity for item, quantity, _ in self.lines}

    @property
    def returned(self) -> dict[int, int]:
        return {item: returned for item, _, returned in self.lines if returned}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTransaction:
    """What the payment process has of a transaction. `refunds` are keys and amounts, oldest first."""

    transaction_id: str
    order_id: int
    currency: str = ""
    charged: Decimal = Decimal(0)
    refunded: Decimal = Decimal(0)
    charged_at: datetime | None = None
    refunds: tuple[tuple[str, Decimal], ...] = ()

    @property
    def net(self) -> Decimal:
        """What the provider has kept."""
        return self.charged - self.refunded


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOrder:
    """What order_svc has. `is_busy`: jobs of the order are still to run. `hold_key` is empty if no job knows it.

    `by_hand` are ids of refunds that operators have paid in another way, or decide about, as their jobs are DEAD.
    """

    order: Order
    is_busy: bool
    hold_key: str = ""
    by_hand: frozenset[str] = frozenset()

    @property
    def is_paid(self) -> bool:
        return self.order.status in _PAID

    @property
    def is_stopped(self) -> bool:
        return self.order.status in _STOPPED

    @property
    def is_sold(self) -> bool:
        """What is paid in cash is sold before it is paid."""
        in_cash = self.order.payment.method is PaymentMethod.CASH
        return self.is_paid or (self.order.status is Status.CONFIRMED and in_cash)

    @property
    def has_provider(self) -> bool:
        """Whether a provider moves its money."""
        return self.order.payment.method is not PaymentMethod.CASH and not self.order.is_free

    @property
    def pieces(self) -> dict[int, int]:
        return dict(quantities(self.order.items))

    @property
    def returned(self) -> dict[int, int]:
        return {item.product_item_id: item.returned for item in self.order.items if item.returned}

    @property
    def written_off(self) -> tuple[tuple[int, int], ...]:
        return tuple((item.product_item_id, item.written_off) for item in self.order.items if item.written_off)


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What is stored of one order. `transaction` is that of its present payment."""

    stored: StoredOrder
    reservation: StoredReservation | None = None
    transaction: StoredTransaction | None = None


class OrderBooks(Protocol):
    """The orders of order_svc, as of one moment for each call."""

    async def page(self, *, after: int, limit: int) -> list[int]:
        """Ids of orders, sorted."""

    async def orders(self, order_ids: Collection[int]) -> Mapping[int, StoredOrder]:
        """Those of them that exist, by id."""

    async def transactions(self, order_ids: Collection[int]) -> Mapping[int, str]:
        """The transactions of the present payments of those of them that exist, by order id."""

    async def placed_holds(self, order_ids: Collection[int]) -> set[int]:
        """Those of the ids that belong to an order, as its id or as a hold that it took over."""


class ReservationBooks(Protocol):
    """The reservations of inventory_svc."""

    async def of_orders(self, order_ids: Collection[int]) -> Mapping[int, StoredReservation]:
        """By order id, in any state."""

    async def page(self, *, after: int, limit: int) -> Sequence[StoredReservation]:
        """Those that take stock for orders known to exist, sorted by order id."""


class TransactionBooks(Protocol):
    """The transactions of the payment process."""

    async def find(self, transaction_ids: Collection[str]) -> Mapping[str, StoredTransaction]:
        """Those of them that it has ever heard of, by id."""

    async def page(self, *, after: str, limit: int) -> Sequence[StoredTransaction]:
        """Any, sorted by id."""
