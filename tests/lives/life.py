"""The life of one order at random: placed, changed, paid, shipped, returned; repeated, and several things at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random

from tests.lives.asking import Asking
from tests.lives.choices import Choice, Choices
from tests.lives.commands import Command, RefundOrder, Reply
from tests.lives.model import Call, OrderModel, Unexplained
from tests.polling import eventually, some_time

POLLED_EVERY_S = 1.5
# What was refused is ordered otherwise.
PLACED_WITHIN = 5


class Life:
    """One order, and everything that is asked for it; the model explains every reply."""

    def __init__(
        self,
        random: Random,
        choices: Choices,
        model: OrderModel,
        asking: Asking,
        who: str,
    ) -> None:
        self._random = random
        self._choices = choices
        self._asking = asking
        self._who = who
        self._succeeded: dict[tuple[str, str], tuple[Command, Reply]] = {}
        self._history: list[str] = []
        self.model = model
        self.order_id = ""

    async def live(self) -> None:
        """Raises Unexplained, with all that happened before."""
        try:
            for _ in range(PLACED_WITHIN):
                if not self.order_id:
                    await self._place()
            if not self.order_id:
                return
            for _ in range(self._random.choice([1, 2, 3, 4, 6, 8])):
                if self.model.state.status == "CANCELLED" and self._random.random() < 0.7:
                    break
                await some_time(self._random, at_most_s=0.3)
                await self._random.choice(self._steps())()
            await self._end()
        except AssertionError as error:
            lines = "\n".join(self._history)
            raise Unexplained(f"order {self.order_id}:\n{lines}\n{error}") from error

    async def save_points(self) -> None:
        await self._do([self._choices.create_to_save()])
        await self._settle()

    async def _place(self) -> None:
        command, chance = self._choices.create(), self._random.random()
        if chance < 0.15:
            await self._copies(command)
        elif chance < 0.3:
            await self._rivals(command, self._choices.create())
        elif chance < 0.4:
            # Only the card is another one.
            await self._rivals(command, replace(command, payment=self._choices.create().payment))
        else:
            await self._do([command])

    def _steps(self) -> list[Callable[[], Awaitable[None]]]:
        """What may be done now, the sensible more often."""
        sensible, anything = self._choices.sensible(self.model.state), self._choices.any()
        wait = [self._settle] * (2 if self.model.state.lasts else 8)
        return [
            *[lambda choice=choice: self._do(self._chosen(choice)) for choice in sensible * 4],
            lambda: self._do(self._chosen(self._random.choice(anything))),
            lambda: self._do(self._chosen(*self._random.sample(sensible * 3 + anything, 2))),
            lambda: self._copies(*self._chosen(self._random.choice(sensible))),
            lambda: self._rivals(*self._chosen(*[self._random.choice(sensible)] * 2)),
            self._repeat,
            *wait,
        ]

    async def _end(self) -> None:
        """Brings the order to a status that lasts, also without anybody who delivers."""
        await self._settle()
        if self.model.state.status == "CONFIRMED":
            await self._do(self._chosen(self._random.choice([self._choices.cancel, self._choices.ship])))
        await self._settle()

    def _chosen(self, *choices: Choice) -> list[Command]:
        return [choice(self.model.state) for choice in choices]

    async def _do(self, commands: Sequence[Command]) -> None:
        """All at once."""
        replies = await asyncio.gather(*[self._ask(command) for command in commands])
        self._explain([Call(command, (reply,)) for command, reply in zip(commands, replies, strict=True)])

    async def _copies(self, command: Command) -> None:
        """One call several times at once: those that succeed have one reply."""
        replies = await asyncio.gather(*[self._ask(command) for _ in range(self._random.choice([2, 3]))])
        self._explain([Call(command, tuple(replies))])

    async def _rivals(self, first: Command, other: Command) -> None:
        """Two calls with one request_id and different bodies, at once or one after the other: at most one succeeds."""
        other = replace(other, request_id=first.request_id)
        if other == first:
            await self._copies(first)
            return
        if self._random.random() < 0.5:
            replies = list(await asyncio.gather(self._ask(first), self._ask(other)))
        else:
            replies = [await self._ask(first), await self._ask(other)]
        calls = [Call(command, (reply,)) for command, reply in zip((first, other), replies, strict=True)]
        if any(reply.seen is not None for reply in replies):
            calls = [call for call in calls if call.replies[0].reason != "REQUEST_ID_REUSED"]
        self._explain(calls)

    async def _repeat(self) -> None:
        """A call once more, any time later: the same reply, and nothing changes."""
        command, _ = self._random.choice(list(self._succeeded.values()))
        reply = await self._ask(command)
        assert reply.seen is not None, f"{command} is refused when repeated: {reply.body}"

    async def _settle(self) -> None:
        """Until the status lasts: what waits for stock gets it, and cards are charged."""

        async def lasts() -> bool:
            # Not all lives at once, all the time.
            await some_time(self._random, at_most_s=POLLED_EVERY_S)
            seen = await self._asking.order(self._who, self.order_id)
            is_present = self.model.explain_read(seen)
            assert is_present, f"the order is read as it was before: {seen}"
            assert self.model.is_known, seen
            assert self.model.state.lasts, f"is still {seen}"
            return True

        await eventually(lasts, timeout_s=self._asking.patience_s)
        self._history.append(f"is {self.model.state.status}")

    async def _ask(self, command: Command) -> Reply:
        reply = await self._asking.reply(self._who, command, self.order_id, self._random)
        shown = reply.seen and f"{reply.seen.status}, {reply.seen.amount} less {reply.seen.refunded}"
        self._history.append(f"{command} -> {shown or reply.cause}")
        if reply.seen is not None:
            before, known = self._succeeded.setdefault((command.name, command.request_id), (command, reply))
            assert before == command, f"{before} and {command} have both succeeded"
            # The provider may have paid a refund between two replies.
            same = known.refund == reply.refund if isinstance(command, RefundOrder) else known.body == reply.body
            assert same, f"{command} is answered with {known.body}, then with {reply.body}"
        return reply

    def _explain(self, calls: Sequence[Call]) -> None:
        self.model.explain(calls)
        for call in calls:
            for reply in call.replies:
                if reply.seen is not None:
                    self.order_id = reply.seen.id
