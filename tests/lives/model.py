"""What may have become of an order: every state that explains the replies so far.

A command leads from one state to another, or is refused; between commands stock arrives and cards are charged. If no
state explains a reply, or no order of calls that were made at once explains theirs, the shop is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import permutations

from tests.lives.commands import Command, RefundOrder, Reply, Seen
from tests.lives.rules import BAD_CARDS, CONFIRMED_CARDS, Rules, State, later, merged

States = frozenset[State | None]


@dataclass(frozen=True, slots=True)
class Call:
    """A command, and the replies to it and to its copies at the same time."""

    command: Command
    replies: tuple[Reply, ...]


class Unexplained(AssertionError):
    """The shop replied what it should not."""


class OrderModel:
    """One order. Among its states is None until it is placed."""

    def __init__(self, rules: Rules, *, most_attempts: int) -> None:
        self._rules = rules
        self._most_attempts = most_attempts
        self._states: States = frozenset({None})
        self._etag = 0

    @property
    def state(self) -> State:
        """The state of the order, or one of several that are possible."""
        return min((state for state in self._states if state is not None), key=str)

    @property
    def is_known(self) -> bool:
        return len(self._states) == 1

    def explain(self, calls: Sequence[Call]) -> None:
        """Raises Unexplained unless the calls, made at once, have these replies in some order."""
        after = self._after(self._states, tuple(calls), alone=len(calls) == 1)
        if not after:
            raise Unexplained(f"{_listed(calls)}\nis explained by none of\n{_listed(self._states)}")
        self._states = after
        etags = [reply.seen.etag for call in calls for reply in call.replies if reply.seen is not None]
        self._etag = max([self._etag, *etags])

    def explain_read(self, seen: Seen) -> bool:
        """False if the read is older than a reply. Raises Unexplained unless the order may be so by now."""
        if seen.etag < self._etag:
            return False
        after = frozenset(state for state in later(self._states) if state is not None and self._fits(state, seen))
        if not after:
            raise Unexplained(f"{seen}\nis explained by none of\n{_listed(self._states)}")
        self._states, self._etag = after, seen.etag
        return True

    def _after(self, states: States, calls: tuple[Call, ...], *, alone: bool) -> States:
        if not calls:
            return states
        found: set[State | None] = set()
        for number, call in enumerate(calls):
            if reached := self._after_call(later(states), call, alone=alone):
                found |= self._after(reached, calls[:number] + calls[number + 1 :], alone=alone)
        return frozenset(found)

    def _after_call(self, states: States, call: Call, *, alone: bool) -> States:
        """Copies that are refused come before the one that succeeds: the others have the reply of that one."""
        refused = {reply.cause for reply in call.replies if reply.seen is None}
        orders = permutations(refused)
        states = frozenset(state for causes in orders for state in self._refused(states, call.command, causes))
        for reply in call.replies:
            if reply.seen is not None:
                return frozenset(
                    after
                    for state in states
                    for after in self._rules.outcome(state, call.command).after
                    if self._is_reply(reply, call.command, state, after, alone=alone)
                )
        return states

    def _refused(self, states: States, command: Command, causes: Sequence[str]) -> States:
        """The states after these refusals, one after the other."""
        for cause in causes:
            states = later(state for state in states if cause in self._rules.outcome(state, command).refusals)
        return states

    def _is_reply(self, reply: Reply, command: Command, before: State | None, after: State, *, alone: bool) -> bool:
        assert reply.seen is not None
        if isinstance(command, RefundOrder):
            assert before is not None
            refund = (after.refunded - before.refunded, frozenset(merged(command.wanted).items()))
            # The reply has the order as it is once the provider has paid: another call may have come before that.
            return reply.refund == refund and (not alone or self._fits(after, reply.seen))
        return self._fits(after, reply.seen)

    def _fits(self, state: State, seen: Seen) -> bool:
        lines = {(line.item, line.quantity, line.price, line.off, line.returned) for line in state.bill.lines}
        refunds = {state.refunded}
        if not state.is_paid and state.status in ("CANCELLED", "FAILED"):
            # The card may have been charged nevertheless: then all of it is returned.
            refunds.add(state.bill.total)
        is_good = state.payment.card not in BAD_CARDS + CONFIRMED_CARDS
        if state.status == "FAILED" and is_good and seen.attempts < self._most_attempts:
            return False
        return (
            (seen.status, seen.method, bool(seen.paid_at)) == (state.status, state.payment.method, state.is_paid)
            and (seen.total, seen.amount) == (state.bill.total, state.bill.total)
            and seen.sub_total == sum(line.cost for line in state.bill.lines)
            and seen.lines == lines
            and {(code, off) for code, off in seen.discounts if off} == {it for it in state.bill.discounts if it[1]}
            and seen.refunded in refunds
        )


def _listed(things: Iterable[object]) -> str:
    return "\n".join(map(str, things))
