"""Commands at random, as shoppers and administrators may think of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from tests.lives.bills import Code
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
from tests.lives.goods import CURRENCIES, Goods, Item
from tests.lives.rules import MORE_POINTS_THAN_ANYBODY_HAS, MOST_PIECES, State

METHODS = ("CARD", "CARD", "CARD", "CARD", "PAYPAL", "WALLET", CASH)
CARDS = (
    *["tok_ok"] * 4,
    *["tok_declined"] * 4,
    *["tok_slow_300", "tok_slow_600", "tok_slow_1000"] * 2,
    *["tok_flaky_1", "tok_flaky_2", "tok_lost_reply", "tok_down", "tok_unknown"],
    *["tok_requires_action_400", "tok_requires_action_2500"] * 2,
    *["tok_requires_action_declined_400", "tok_requires_action"],
)
Choice = Callable[[State], Command]


class Choices:
    """The commands of one life, with ids that begin with `name`."""

    def __init__(self, name: str, random: Random, goods: Goods) -> None:
        self._name = name
        self._random = random
        self._goods = goods
        self._currency = random.choice([CURRENCIES[0], CURRENCIES[0], CURRENCIES[1]])
        self._made = 0

    def sensible(self, state: State) -> list[Choice]:
        """What somebody who knows the state may want."""
        choices: dict[str, list[Choice]] = {
            "PENDING": [self.update, self.update, self.cancel],
            "CONFIRMED": [self.update, self.update, self.update, self.cancel, self.ship],
            "PAID": [self.refund, self.refund, self.refund, self.ship, self.ship, self.cancel],
            "SHIPPED": [self.refund, self.refund, self.deliver],
            "DELIVERED": [self.refund],
            "CANCELLED": [self.retry, self.refund],
            "FAILED": [self.retry],
        }
        return choices[state.status]

    def any(self) -> list[Choice]:
        """All there is, most of which is refused at any moment."""
        return [self.update, self.cancel, self.retry, self.refund, self.ship, self.deliver]

    def create(self) -> CreateOrder:
        wanted = self._some_items(self._goods.sold_in(self._currency))
        if self._random.random() < 0.03:
            wanted = ((wanted[0][0], MOST_PIECES), *wanted)
        return CreateOrder(
            request_id=self._an_id(),
            currency=self._currency,
            wanted=wanted,
            payment=self._payment(),
            codes=tuple(code for code in self._goods.codes if self._random.random() < self._wish_for(code)),
            points=self._random.choice([*[0, 0, 0, 0, 7, 50, 300] * 3, MORE_POINTS_THAN_ANYBODY_HAS]),
        )

    def create_to_save(self) -> CreateOrder:
        """An order that earns enough points to spend."""
        item = max(self._goods.sold_in("USD"), key=lambda item: item.price * (not item.scarce))
        payment = Payment(method="CARD", card="tok_ok")
        return CreateOrder(request_id=self._an_id(), currency="USD", wanted=((item.id, 40),), payment=payment)

    def update(self, state: State) -> UpdateOrder:
        had = [(line.item, line.quantity) for line in state.bill.lines]
        chance = self._random.random()
        if chance < 0.4:
            wanted = self._some_items(self._goods.sold_in(state.currency))
        elif chance < 0.45:
            wanted = tuple(had)
        else:
            changed = [(item, max(1, pieces + self._random.choice([-2, -1, 0, 1, 2]))) for item, pieces in had]
            wanted = tuple(changed[self._random.choice([0, 0, 1]) % len(changed) :])
        return UpdateOrder(request_id=self._an_id(), wanted=wanted, stale=self._random.random() < 0.05)

    def cancel(self, state: State) -> CancelOrder:
        return CancelOrder(request_id=self._an_id(), reason=self._random.choice(["late", "broken", "too dear"]))

    def retry(self, state: State) -> RetryPayment:
        return RetryPayment(request_id=self._an_id(), payment=self._payment())

    def ship(self, state: State) -> ShipOrder:
        return ShipOrder(request_id=self._an_id())

    def deliver(self, state: State) -> DeliverOrder:
        return DeliverOrder(request_id=self._an_id())

    def refund(self, state: State) -> RefundOrder:
        chance = self._random.random()
        if chance < 0.1:
            return RefundOrder(request_id=self._an_id(), currency=state.currency)
        if chance < 0.45:
            amount = self._random.choice([1, *[max(1, state.bill.total // 3)] * 3, state.bill.total + 1])
            return RefundOrder(request_id=self._an_id(), currency=state.currency, amount=amount)
        lines = self._random.sample(state.bill.lines, self._random.randint(1, len(state.bill.lines)))
        wanted = tuple(
            (line.item, self._random.choice([1, 1, max(1, line.quantity - line.returned)])) for line in lines
        )
        return RefundOrder(request_id=self._an_id(), currency=state.currency, wanted=wanted)

    def _payment(self) -> Payment:
        method = self._random.choice(METHODS)
        return Payment(method=method, card="" if method == CASH else self._random.choice(CARDS))

    def _some_items(self, items: Sequence[Item]) -> Wanted:
        chosen = self._random.sample(items, self._random.choice([1, 1, 2, 3]))
        wanted = [(item.id, self._random.choice([1, 1, 2, 3, 7])) for item in chosen]
        if self._random.random() < 0.1:
            wanted.append((chosen[0].id, 1))
        return tuple(wanted)

    def _wish_for(self, code: Code) -> float:
        return 0.1 if code.currency in ("", self._currency) else 0.01

    def _an_id(self) -> str:
        self._made += 1
        return f"{self._name}/{self._made}"
