"""Clients that ask until they know: without a reply they repeat the call with the same request_id."""

from __future__ import annotations

import time
from collections import Counter
from random import Random
from typing import Any

import httpx

from deploy.local.shop import Shop
from tests.e2e.lives.commands import Command, Json, Reply, Seen
from tests.polling import some_time

PATIENCE_S = 60
# Nobody knows what became of the call.
UNKNOWN = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "CONFLICT", "RATE_LIMITED"}


class Asking:
    """Counts the replies to each kind of command, and how often a call was repeated."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self.replies: Counter[str] = Counter()
        self.repeated = 0

    def __str__(self) -> str:
        counts = ", ".join(f"{reply}: {count}" for reply, count in sorted(self.replies.items()))
        return f"{counts}; repeated {self.repeated} times without a reply"

    async def for_json(self, who: Shop, method: str, path: str, body: Json | None, random: Random) -> Json:
        """What was replied in the end, a resource or an error."""
        deadline = time.monotonic() + PATIENCE_S
        last = ""
        while time.monotonic() < deadline:
            try:
                reply = await self._http.request(method, f"/api/v1{path}", json=body, headers=who.headers)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                said: Json = reply.json()
                if reply.status_code == httpx.codes.OK or not _reasons(said) & UNKNOWN:
                    assert reply.status_code < httpx.codes.INTERNAL_SERVER_ERROR, f"{method} {path}: {said}"
                    return said
                last = reply.text
            self.repeated += 1
            await some_time(random, at_most_s=0.3)
        raise AssertionError(f"no reply to {method} {path} {body} for {PATIENCE_S} s: {last}")

    async def reply(self, who: Shop, command: Command, order_id: str, random: Random) -> Reply:
        method, path, body = command.call(order_id)
        reply = Reply.of(await self.for_json(who, method, path, body | {"requestId": command.request_id}, random))
        self.replies[f"{command.name} {reply.reason or 'OK'}"] += 1
        return reply

    async def order(self, who: Shop, order_id: str, random: Random) -> Seen:
        return Seen.of(await self.for_json(who, "GET", f"/orders/{order_id}", None, random))


def _reasons(said: Any) -> set[str]:
    return {detail["reason"] for detail in said.get("details", []) if "reason" in detail}
