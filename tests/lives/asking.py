"""Clients that ask until they know: without a reply they repeat the call with the same request_id."""

from __future__ import annotations

import time
from collections import Counter
from random import Random

from tests.lives.commands import Command, Json, Reply, Seen
from tests.lives.fronts import ADMIN, Front
from tests.polling import some_time

PATIENCE_S = 180


class Asking:
    """Counts the replies to each kind of command, and how often a call was repeated: for `patience_s` at most."""

    def __init__(self, front: Front, *, patience_s: float = PATIENCE_S) -> None:
        self.patience_s = patience_s
        self._front = front
        self._replies: Counter[str] = Counter()
        self._repeated = 0

    def __str__(self) -> str:
        counts = ", ".join(f"{reply}: {count}" for reply, count in sorted(self._replies.items()))
        return f"{counts}; repeated {self._repeated} times without a reply"

    async def json(
        self, method: str, path: str, body: Json | None = None, *, who: str = ADMIN, random: Random | None = None
    ) -> Json:
        """The resource or the error that was replied in the end."""
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            if (reply := await self._front.send(who, method, path, body)) is not None:
                return reply
            self._repeated += 1
            await some_time(random or Random(path), at_most_s=0.3)
        raise AssertionError(f"no reply to {method} {path} {body} for {self.patience_s} s")

    async def resource(self, method: str, path: str, body: Json | None = None, *, who: str = ADMIN) -> Json:
        """Raises AssertionError for an error."""
        reply = await self.json(method, path, body, who=who)
        assert "details" not in reply, f"{method} {path}: {reply}"
        return reply

    async def reply(self, who: str, command: Command, order_id: str, random: Random) -> Reply:
        method, path, body = command.call(order_id)
        body["requestId"] = command.request_id
        who = ADMIN if command.by_admin else who
        reply = Reply.of(await self.json(method, path, body, who=who, random=random))
        self._replies[f"{command.name} {reply.reason or 'OK'}"] += 1
        return reply

    async def order(self, who: str, order_id: str) -> Seen:
        return Seen.of(await self.resource("GET", f"/orders/{order_id}", who=who))
