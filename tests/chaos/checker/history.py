"""The recorded history of a run: a JSON object in each line, with times in seconds of one monotonic clock.

`call`: a request of a client and its reply. `event`: a message of an order's stream. `market`: an item whose stock is
checked, with the pieces it began with. At the end, when nothing moves any more: `order`, each order there is; `stock`,
what is available of an item; `entry`, a line of the provider's ledger. Where there is a broker: `stored`, an event in
the database of orders; `published`, a message of the broker, in their order.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

Json = dict[str, Any]
OK, ABORTED, TOO_MANY, SERVER_ERROR = 200, 409, 429, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`status` is that of HTTP, 0 if there was no reply; `reply` is an error unless that is 200."""

    who: str
    method: str
    path: str
    body: Json
    start: float
    end: float
    status: int
    reply: Json

    @property
    def is_ok(self) -> bool:
        return self.status == OK

    @property
    def is_unknown(self) -> bool:
        """It may or may not have happened, or happen yet."""
        return self.status in (0, ABORTED, TOO_MANY) or self.status >= SERVER_ERROR

    @property
    def error(self) -> tuple[str, Json]:
        """The reason of a refusal, and its metadata."""
        found: Json = next((detail for detail in self.reply.get("details", []) if "reason" in detail), {})
        return found.get("reason", ""), found.get("metadata", {})

    @property
    def key(self) -> tuple[str, str]:
        """The same for all attempts of one request."""
        return self.who, self.body.get("requestId", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A message of the stream of `order`, as `follower` read it; alerts are for administrators only.

    `status` is empty where it does not say how the order is; a change of status has a `source` and a `target`.
    """

    follower: str
    order: str
    at: float
    sequence: int
    is_alert: bool = False
    status: str
    source: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    item: str
    available: int
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`moved` is CHARGE, REFUND, or what moves no money."""

    transaction: str
    moved: str
    amount: Decimal
    refund: str


@dataclass(kw_only=True)
class History:
    calls: list[Call] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    markets: dict[str, int] = field(default_factory=dict)
    orders: dict[str, Json] = field(default_factory=dict)
    stocks: dict[str, Stock] = field(default_factory=dict)
    ledger: list[Entry] = field(default_factory=list)
    stored: set[tuple[str, int]] = field(default_factory=set)
    published: list[tuple[str, int]] = field(default_factory=list)

    @staticmethod
    def read(lines: Iterable[str]) -> History:
        history = History()
        for line in lines:
            history.add(json.loads(line))
        return history

    def add(self, record: Mapping[str, Any]) -> None:
        fields = {name: value for name, value in record.items() if name != "kind"}
        match record["kind"]:
            case "call":
                self.calls.append(Call(**fields))
            case "event":
                self.events.append(Event(**fields))
            case "market":
                self.markets[fields["item"]] = fields["pieces"]
            case "order":
                self.orders[fields["order"]["id"]] = fields["order"]
            case "stock":
                self.stocks[fields["item"]] = Stock(**fields)
            case "stored":
                self.stored.add((fields["order"], fields["sequence"]))
            case "published":
                self.published.append((fields["order"], fields["sequence"]))
            case "entry":
                self.ledger.append(Entry(**{**fields, "amount": Decimal(fields["amount"])}))

    @cached_property
    def creations(self) -> dict[tuple[str, str], list[Call]]:
        """The attempts to place an order, by request."""
        return self.attempts(lambda call: call.method == "POST" and call.path == "/orders")

    @cached_property
    def cancelled_since(self) -> dict[str, float]:
        """When each order was first asked to be cancelled."""
        cancelling = [call for call in self.calls if call.path.endswith(":cancel")]
        return {order_of(call.path): call.start for call in sorted(cancelling, key=lambda call: -call.start)}

    def attempts(self, wanted: Callable[[Call], bool]) -> dict[tuple[str, str], list[Call]]:
        found: defaultdict[tuple[str, str], list[Call]] = defaultdict(list)
        for call in sorted(filter(wanted, self.calls), key=lambda call: call.start):
            found[call.key].append(call)
        return dict(found)


def order_of(path: str) -> str:
    """The order that a path is about: /orders/ID, /orders/ID:cancel, /admin/orders/ID:ship."""
    before, _, rest = path.partition("/orders/")
    return rest.partition(":")[0].partition("/")[0].partition("?")[0] if before in ("", "/admin") else ""


def money(amount: Json) -> Decimal:
    return Decimal(amount.get("units", 0)) + Decimal(amount.get("nanos", 0)) / 10**9


def status_of(name: str) -> str:
    return name.removeprefix("ORDER_STATUS_")
