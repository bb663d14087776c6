"""The port to a payment provider, with its requests and results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

from chassis.money import Money
from order_svc.domain.status import PaymentMethod
from order_svc.payment.domain.errors import WebhooksNotConfigured


class PaymentState(Enum):
    """The state of a transaction; the names are those of easyorder.internal.payment.v1.PaymentState."""

    UNSPECIFIED = "UNSPECIFIED"
    CHARGED = "CHARGED"
    REFUSED = "REFUSED"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"
    REQUIRES_ACTION = "REQUIRES_ACTION"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """Take `amount` once for `transaction_id`. `recorded`: it was taken before, and only our books have lost that."""

    transaction_id: str
    order_id: int
    method: PaymentMethod
    token: str = field(repr=False)
    amount: Money
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """Refund `amount` of the transaction once for `refund_id`."""

    transaction_id: str
    refund_id: str
    amount: Money
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPayment:
    """The state of a transaction at the provider, and since when. None in `charged` or `refunded`: no money moved.

    `charged_at` is when the money was taken, whatever was refunded since. With REQUIRES_ACTION, the shopper has to
    confirm the payment at `next_action_uri`.
    """

    transaction_id: str
    state: PaymentState = PaymentState.UNSPECIFIED
    charged: Money | None = None
    refunded: Money | None = None
    processed_at: datetime | None = None
    failure_reason: str = ""
    charged_at: datetime | None = None
    next_action_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTransaction:
    """A transaction as our records have it. `refunds` are the keys and amounts of what was returned, oldest first."""

    payment: ProviderPayment
    order_id: int
    refunds: tuple[tuple[str, Money], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a message of the provider is about; each is None where it is about something else, or not ours.

    `charged_order_id` is the order whose charge it reports, 0 where it reports none.
    """

    transaction_id: str | None = None
    charged_order_id: int = 0
    refund: str | None = None
    dispute: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A refund that failed after it was made, or a dispute: `id` is the provider's.

    `refund_id` is ours, empty for a dispute. `is_harmless`: nobody has to do anything about it.
    """

    id: str
    transaction_id: str
    order_id: int
    amount: Money
    reason: str
    refund_id: str = ""
    status: str = ""
    is_harmless: bool = False


class MovementKind(Enum):
    """The direction of the money; the names are those of easyorder.internal.payment.v1.MovementKind."""

    CHARGE = "CHARGE"
    REFUND = "REFUND"


class MovementState(Enum):
    """What became of a movement; the names are those of easyorder.internal.payment.v1.MovementState."""

    SUCCEEDED = "SUCCEEDED"
    PENDING = "PENDING"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderMovement:
    """A charge or a refund in the provider's own books: `id` is the provider's.

    `order_id` is 0, and `refund_id` empty, where the provider was not told.
    """

    id: str
    kind: MovementKind
    transaction_id: str
    amount: Money
    created_at: datetime
    order_id: int = 0
    refund_id: str = ""
    state: MovementState = MovementState.SUCCEEDED


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementPage:
    """Some movements of a period; `next` asks for more, and is empty on the last page.

    `foreign` counts those of other programs that use the same account.
    """

    movements: Sequence[ProviderMovement]
    next: str = ""
    foreign: int = 0


class PaymentProvider(Protocol):
    """Moves money. Each transaction_id is charged at most once, and each refund_id refunded at most once."""

    async def charge(self, charge: Charge) -> ProviderPayment:
        """Returns CHARGED, or REFUSED for good; a repeated call returns the earlier outcome. REQUIRES_ACTION is none.

        Raises ProviderUnavailable if the provider does not reply, TransactionReused for another amount, and
        ChargeNotConfirmed for one that was recorded and that the provider does not know.
        """

    async def refund(self, refund: Refund) -> ProviderPayment:
        """Refunds; a transaction that was not charged becomes VOIDED, and can never be charged.

        Raises RefundExceedsCharge, RefundReused.
        """

    async def find(self, transaction_id: str) -> ProviderPayment:
        """The known state of a transaction; UNSPECIFIED if there is none."""

    async def incident(self, notice: Notice) -> Incident | None:
        """What the provider says about the refund or dispute of a notice; None if all is well, or it is not ours.

        A refund that failed can be made again. Raises ProviderUnavailable.
        """

    async def stored(self, transaction_ids: Sequence[str]) -> list[StoredTransaction]:
        """Those of these transactions that were ever heard of, sorted by id."""

    async def page(self, *, after: str, limit: int) -> list[StoredTransaction]:
        """The transactions whose ids sort after that one, sorted by id, `limit` at most."""

    async def movements(self, start: datetime, end: datetime, *, after: str) -> MovementPage:
        """What the provider's own books have from `start` to before `end`; `after` is `next` of the page before.

        Raises ProviderUnavailable.
        """


class Webhooks(Protocol):
    """Verifies the messages that a provider sends when a payment changes."""

    def notice_of(self, body: bytes, signature: str) -> Notice:
        """What a message is about.

        Raises WebhookSignatureInvalid if it is not from the provider or too old, WebhooksNotConfigured.
        """


class NoWebhooks:
    """The Webhooks of a provider that sends none."""

    def notice_of(self, body: bytes, signature: str) -> Notice:
        raise WebhooksNotConfigured("this shop expects no messages of a payment provider")
