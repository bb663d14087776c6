"""What shoppers and administrators ask of the shop, as JSON, and the replies that they see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.lives.bills import CENTS, Code

Json = dict[str, Any]
Wanted = tuple[tuple[str, int], ...]  # items and pieces
CASH = "CASH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How an order is to be paid. `card` is empty for cash."""

    method: str
    card: str

    def json(self) -> Json:
        return {"method": f"PAYMENT_METHOD_{self.method}"} | ({"token": self.card} if self.card else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A call with an id of its own: repeated with it until there is a reply."""

    request_id: str

    @property
    def name(self) -> str:
        return type(self).__name__

    by_admin = False

    def call(self, order_id: str) -> tuple[str, str, Json]:
        """Method, path and body."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOrder(Command):
    currency: str
    wanted: Wanted
    payment: Payment
    codes: tuple[Code, ...] = ()
    points: int = 0

    def call(self, order_id: str) -> tuple[str, str, Json]:
        body = {
            "currencyCode": self.currency,
            "items": lines(self.wanted),
            "payment": self.payment.json(),
            "incentiveCodes": [code.name for code in self.codes],
            "loyaltyPoints": str(self.points),
        }
        return "POST", "/orders", body


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOrder(Command):
    """`stale`: with the etag of a version that the order has no longer."""

    wanted: Wanted
    stale: bool = False

    def call(self, order_id: str) -> tuple[str, str, Json]:
        return "PUT", f"/orders/{order_id}", {"items": lines(self.wanted)} | ({"etag": "0"} if self.stale else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder(Command):
    reason: str

    def call(self, order_id: str) -> tuple[str, str, Json]:
        return "POST", f"/orders/{order_id}:cancel", {"reason": self.reason}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPayment(Command):
    payment: Payment

    def call(self, order_id: str) -> tuple[str, str, Json]:
        return "POST", f"/orders/{order_id}:retryPayment", {"payment": self.payment.json()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShipOrder(Command):
    by_admin = True

    def call(self, order_id: str) -> tuple[str, str, Json]:
        return "POST", f"/admin/orders/{order_id}:ship", {"shipment": {"carrier": "DHL", "trackingNumber": order_id}}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverOrder(Command):
    by_admin = True

    def call(self, order_id: str) -> tuple[str, str, Json]:
        return "POST", f"/admin/orders/{order_id}:deliver", {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder(Command):
    """Of an amount in cents, of items, or of everything that remains."""

    by_admin = True
    currency: str
    amount: int | None = None
    wanted: Wanted = ()

    def call(self, order_id: str) -> tuple[str, str, Json]:
        body: Json = {"reason": "returned"}
        if self.amount is not None:
            body["amount"] = money(self.amount, self.currency)
        if self.wanted:
            body["items"] = lines(self.wanted)
        return "POST", f"/admin/orders/{order_id}:refund", body


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An order as a reply shows it; amounts in cents."""

    id: str
    etag: int
    status: str
    lines: frozenset[tuple[str, int, int, int, int]]  # item, pieces, price, discount, returned
    discounts: frozenset[tuple[str, int]]
    sub_total: int
    total: int
    method: str
    amount: int
    refunded: int
    payment_status: str
    attempts: int
    paid_at: str

    @staticmethod
    def of(order: Json) -> Seen:
        payment = order["payments"][-1]
        return Seen(
            id=order["id"],
            etag=int(order["etag"]),
            status=order["status"].removeprefix("ORDER_STATUS_"),
            lines=frozenset(_line(item) for item in order["items"]),
            discounts=frozenset(
                (discount.get("code", ""), cents(discount["amount"])) for discount in order.get("discounts", [])
            ),
            sub_total=cents(order["subTotal"]),
            total=cents(order["totalAmount"]),
            method=payment["method"].removeprefix("PAYMENT_METHOD_"),
            amount=cents(payment["amount"]),
            refunded=cents(payment["refundedAmount"]),
            payment_status=payment["status"].removeprefix("PAYMENT_STATUS_"),
            attempts=payment.get("attempts", 0),
            paid_at=order.get("paidAt", ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An order, or the reason of a refusal."""

    seen: Seen | None = None
    reason: str = ""
    metadata: Json = field(default_factory=dict)
    body: Json = field(default_factory=dict)

    @staticmethod
    def of(body: Json) -> Reply:
        if "details" not in body:
            return Reply(seen=Seen.of(body), body=body)
        reasons = [detail for detail in body["details"] if "reason" in detail]
        return Reply(reason=reasons[0]["reason"], metadata=reasons[0].get("metadata", {}), body=body)

    @property
    def cause(self) -> str:
        """The reason, and what it is about: the item, the code, or the present status."""
        about = (self.metadata[key] for key in ("productItemId", "code", "fromStatus") if key in self.metadata)
        return " ".join([self.reason, *about]).replace("ORDER_STATUS_", "")

    @property
    def refund(self) -> tuple[int, frozenset[tuple[str, int]]]:
        """The money and the pieces that this call returned."""
        refund = self.body["refunds"][-1]
        items = frozenset((item["productItemId"], item["quantity"]) for item in refund.get("items", []))
        return cents(refund["amount"]), items


def lines(wanted: Sequence[tuple[str, int]]) -> list[Json]:
    return [{"productItemId": item, "quantity": quantity} for item, quantity in wanted]


def money(amount: int, currency: str) -> Json:
    units, rest = divmod(amount, CENTS)
    return {"currencyCode": currency, "units": str(units), "nanos": rest * 10_000_000}


def cents(money: Json) -> int:
    whole, rest = divmod(money.get("nanos", 0), 10_000_000)
    assert not rest, f"less than a cent: {money}"
    return int(money.get("units", 0)) * CENTS + int(whole)


def _line(item: Json) -> tuple[str, int, int, int, int]:
    return (
        item["productItemId"],
        item["quantity"],
        cents(item["unitPrice"]),
        cents(item["discount"]),
        item.get("returnedQuantity", 0),
    )
