"""What each command does to an order in each state, and why it may be refused; shares no code with the services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.lives.bills import Bill, Code, Line, NotForThisOrder, bill
from tests.lives.commands import (
    CASH,
    CancelOrder,
    Command,
    CreateOrder,
    DeliverOrder,
    Payment,
    RefundOrder,
    RetryPayment,
    ShipOrder,
    UpdateOrder,
    Wanted,
)
from tests.lives.goods import Goods

SOLD = {"PAID", "SHIPPED", "DELIVERED"}
MOST_PIECES = 1000
MORE_POINTS_THAN_ANYBODY_HAS = 1_000_000
# These cards are refused, never answered, or never confirmed: the others pay in the end.
BAD_CARDS = (
    *("tok_declined", "tok_down", "tok_unknown"),
    *("tok_requires_action", "tok_requires_action_declined_400"),
)
# Unless the time to confirm them is over before that is noticed, which nobody can tell from outside.
CONFIRMED_CARDS = ("tok_requires_action_400", "tok_requires_action_2500")
_OF_POINTS = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """An order. `refunded` are the refunds that were promised, in cents."""

    status: str
    currency: str
    payment: Payment
    codes: tuple[Code, ...]
    bill: Bill
    is_paid: bool = False
    refunded: int = 0

    @property
    def remaining(self) -> int:
        """What can still be refunded."""
        return self.bill.total - self.refunded if self.is_paid and self.status in SOLD else 0

    @property
    def is_returned(self) -> bool:
        return all(line.returned == line.quantity for line in self.bill.lines)

    @property
    def lasts(self) -> bool:
        """Whether nothing happens without a command."""
        return not _next(self)

    def held(self) -> State:
        """With all pieces held: what costs nothing is paid at once."""
        held = replace(self, status="CONFIRMED")
        return held if self.bill.total else held.paid()

    def paid(self) -> State:
        return replace(self, status="PAID", is_paid=True)

    def cancelled(self) -> State:
        return replace(self, status="CANCELLED", refunded=self.bill.total if self.is_paid else 0)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The states that a success leads to, and the causes for which a refusal is right, as Reply.cause has them."""

    after: tuple[State, ...] = ()
    refusals: frozenset[str] = frozenset()

    @staticmethod
    def refused(*causes: str) -> Outcome:
        return Outcome(refusals=frozenset(causes))


class Rules:
    """The rules of a shop that sells these goods."""

    def __init__(self, goods: Goods) -> None:
        self._goods = goods

    def outcome(self, state: State | None, command: Command) -> Outcome:
        """None is the state before the order was placed."""
        if isinstance(command, CreateOrder):
            return self._created(command) if state is None else Outcome()
        if state is None:
            return Outcome()
        match command:
            case UpdateOrder():
                return self._updated(state, command)
            case CancelOrder():
                may = state.status in ("PENDING", "CONFIRMED", "PAID")
                return Outcome((state.cancelled(),)) if may else _illegal(state)
            case RetryPayment():
                return self._retried(state, command)
            case ShipOrder():
                return _shipped(state)
            case DeliverOrder():
                delivered = replace(state, status="DELIVERED", is_paid=True)
                return Outcome((delivered,)) if state.status == "SHIPPED" else _illegal(state)
            case RefundOrder():
                return _refunded(state, command)
        raise AssertionError(command)

    def _created(self, command: CreateOrder) -> Outcome:
        wanted = merged(command.wanted)
        if max(wanted.values()) > MOST_PIECES:
            return Outcome.refused("INVALID_ARGUMENT")
        short = self._may_be_short(wanted, backorders=True)
        try:
            cost = bill(self._lines(wanted), command.codes, command.points, command.currency)
        except NotForThisOrder as error:
            return Outcome.refused(*short, *_limited(command.codes, command.points), *_invalid(error.codes))
        if command.points >= MORE_POINTS_THAN_ANYBODY_HAS:
            return Outcome.refused(*short, *_limited(command.codes, command.points))
        state = State(
            status="PENDING", currency=command.currency, payment=command.payment, codes=command.codes, bill=cost
        )
        waits = [state] if any(self._goods.items[item].backorderable for item in wanted) else []
        return Outcome((state.held(), *waits), frozenset(short | _limited(command.codes, command.points)))

    def _updated(self, state: State, command: UpdateOrder) -> Outcome:
        wanted = merged(command.wanted)
        if max(wanted.values()) > MOST_PIECES:
            return Outcome.refused("INVALID_ARGUMENT")
        if command.stale:
            return Outcome.refused("ETAG_MISMATCH")
        if state.status not in ("PENDING", "CONFIRMED"):
            return _illegal(state)
        had = {line.item: line.quantity for line in state.bill.lines}
        if wanted == had:
            return Outcome((state,))
        short = self._may_be_short(
            [item for item, pieces in wanted.items() if pieces > had.get(item, 0)], backorders=False
        )
        try:
            # A changed order has its lines by item, which decides who gets the last cent.
            in_order = dict(sorted(wanted.items(), key=lambda line: int(line[0])))
            cost = bill(self._lines(in_order), state.codes, state.bill.points, state.currency)
        except NotForThisOrder as error:
            return Outcome.refused(*short, *_invalid(error.codes))
        changed = replace(state, bill=cost)
        return Outcome((changed.held() if state.status == "CONFIRMED" else changed,), frozenset(short))

    def _retried(self, state: State, command: RetryPayment) -> Outcome:
        if state.status != "FAILED":
            return _illegal(state)
        again = replace(state, status="CONFIRMED", payment=command.payment, refunded=0)
        short = self._may_be_short([line.item for line in state.bill.lines], backorders=False)
        return Outcome((again,), frozenset(short | _limited(state.codes, state.bill.points)))

    def _may_be_short(self, items: Iterable[str], *, backorders: bool) -> set[str]:
        """Refusals for items that may be out of stock; `backorders`: the order may wait for some."""
        found = [self._goods.items[item] for item in items]
        return {f"OUT_OF_STOCK {item.id}" for item in found if item.scarce or (item.backorderable and not backorders)}

    def _lines(self, wanted: dict[str, int]) -> list[Line]:
        return [
            Line(item=item, quantity=pieces, price=self._goods.items[item].price) for item, pieces in wanted.items()
        ]


def later(states: Iterable[State | None]) -> frozenset[State | None]:
    """The states, and those that follow from them without any command."""
    found = set(states)
    todo = list(found)
    while todo:
        state = todo.pop()
        new = (set(_next(state)) if state is not None else set()) - found
        found |= new
        todo += new
    return frozenset(found)


def merged(wanted: Wanted) -> dict[str, int]:
    """The pieces of each item, in the order of first mention."""
    pieces: dict[str, int] = {}
    for item, quantity in wanted:
        pieces[item] = pieces.get(item, 0) + quantity
    return pieces


def _next(state: State) -> list[State]:
    if state.status == "PENDING":
        return [state.held()]
    if state.status != "CONFIRMED" or state.payment.method == CASH:
        return []
    # A good card is given up only after the last attempt, whose number a reply shows.
    failed = replace(state, status="FAILED")
    return [failed] if state.payment.card in BAD_CARDS else [failed, state.paid()]


def _illegal(state: State) -> Outcome:
    return Outcome.refused(f"ILLEGAL_TRANSITION {state.status}")


def _invalid(codes: Iterable[str]) -> set[str]:
    return {f"INCENTIVE_INVALID {code}" for code in codes}


def _limited(codes: Iterable[Code], points: int) -> set[str]:
    """Refusals for what others may have used up."""
    used_up = _invalid(code.name for code in codes if code.is_limited)
    return used_up | _invalid([_OF_POINTS]) if points else used_up


def _shipped(state: State) -> Outcome:
    in_cash = state.status == "CONFIRMED" and state.payment.method == CASH
    may = state.status == "PAID" or in_cash
    return Outcome((replace(state, status="SHIPPED"),)) if may else _illegal(state)


def _refunded(state: State, command: RefundOrder) -> Outcome:
    too_much = Outcome.refused("REFUND_EXCEEDS_CHARGE")
    if not command.wanted:
        amount = state.remaining if command.amount is None else command.amount
        if not 0 < amount <= state.remaining:
            return too_much
        after = replace(state, refunded=state.refunded + amount)
        return Outcome((after.cancelled() if state.status == "PAID" and not after.remaining else after,))
    if not (state.is_paid and state.status in SOLD):
        return too_much
    lines = {line.item: line for line in state.bill.lines}
    price = 0
    for item, pieces in command.wanted:
        if item not in lines or lines[item].returned + pieces > lines[item].quantity:
            return Outcome.refused("INVALID_ARGUMENT")
        back = replace(lines[item], returned=lines[item].returned + pieces)
        price += back.price_of(back.returned) - back.price_of(lines[item].returned)
        lines[item] = back
    returned = replace(state.bill, lines=tuple(lines.values()))
    after = replace(state, bill=returned, refunded=state.refunded + min(price, state.remaining))
    return Outcome((replace(after, status="CANCELLED") if state.status == "PAID" and after.is_returned else after,))
