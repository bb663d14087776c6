"""Links that show one order to whoever has them: read only, for a month, without signing in, until they are revoked.

A token is encrypted and holds the order with its owner, as whom the order is read, and the generation of the order's
links. Only that number is stored, of orders whose links were revoked. Streams that are open when it grows end at each
replica.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from pydantic import BaseModel

from chassis.background import PollingLoop, Report, to_nobody
from chassis.clock import Clock
from chassis.errors import AppError
from chassis.grpc.streams import stream_end
from order_svc.domain.errors import OrderNotFound
from order_svc.encrypted_tokens import EncryptedTokens
from order_svc.watch.order_watch import LoadOrder

VALID_FOR = timedelta(days=30)
# How often the open streams are compared with what is stored, while there are any.
_CHECK_EVERY_S, _IDLE_S = 0.5, 3600


class Tracked(NamedTuple):
    """An order, the user who placed it, and the generation of the link."""

    order_id: int
    owner: str
    generation: int


class LinkGenerations(Protocol):
    """How often the links of each order were revoked."""

    async def of(self, order_ids: Collection[int]) -> Mapping[int, int]:
        """Those of these orders whose links were ever revoked."""

    async def end_present(self, order_id: int) -> None:
        """Begins the next generation."""


class _Content(BaseModel):
    order_id: int
    owner: str
    expires_at_s: int
    # Links that were made before links could be revoked have none.
    generation: int = 0


class TrackingLinks:
    """Makes tokens of links, reads and revokes them."""

    def __init__(
        self,
        key: bytes,
        load_order: LoadOrder,
        generations: LinkGenerations,
        clock: Clock,
        *,
        report: Report = to_nobody,
    ) -> None:
        self._load_order = load_order
        self._tokens = EncryptedTokens(key, "tracking link", _Content)
        self._generations = generations
        self._clock = clock
        self._open: dict[asyncio.Future[AppError], Tracked] = {}
        self._loop = PollingLoop("end streams of revoked links", self._end_revoked, idle_s=_IDLE_S, report=report)
        self.start, self.stop = self._loop.start, self._loop.stop

    async def create(self, order_id: int) -> tuple[str, datetime]:
        """A token, and when it expires. Raises OrderNotFound if the caller may not see the order."""
        order = await self._load_order(order_id)
        generation = (await self._generations.of([order_id])).get(order_id, 0)
        expires = (self._clock.now() + VALID_FOR).replace(microsecond=0)
        content = _Content(
            order_id=order_id,
            owner=order.created_by,
            expires_at_s=int(expires.timestamp()),
            generation=generation,
        )
        return self._tokens.create(content), expires

    async def revoke(self, order_id: int) -> None:
        """Ends all links to the order that there are. Raises OrderNotFound if the caller may not see it."""
        await self._load_order(order_id)
        await self._generations.end_present(order_id)

    def read(self, token: str) -> Tracked:
        """Raises OrderNotFound for what is no such token, or one that has expired."""
        found = self._tokens.read(token)
        if found is None or found[1].expires_at_s <= self._clock.now().timestamp():
            raise _useless()
        return Tracked(found[1].order_id, found[1].owner, found[1].generation)

    @contextmanager
    def following(self, tracked: Tracked) -> Iterator[None]:
        """The stream that is being served ends, with OrderNotFound, when its link is revoked."""
        end = stream_end()
        self._open[end] = tracked
        self._loop.idle_s = _CHECK_EVERY_S
        self._loop.wake()
        try:
            yield
        finally:
            del self._open[end]

    async def check(self, tracked: Tracked) -> None:
        """Raises OrderNotFound if the link was revoked."""
        if _is_revoked(tracked, await self._generations.of([tracked.order_id])):
            raise _useless()

    async def _end_revoked(self) -> bool:
        if not self._open:
            self._loop.idle_s = _IDLE_S
            return False
        generations = await self._generations.of({tracked.order_id for tracked in self._open.values()})
        for end, tracked in self._open.items():
            if _is_revoked(tracked, generations) and not end.done():
                end.set_result(_useless())
        return False


def _is_revoked(tracked: Tracked, generations: Mapping[int, int]) -> bool:
    return tracked.generation != generations.get(tracked.order_id, 0)


def _useless() -> OrderNotFound:
    return OrderNotFound("there is no such order, or the link to it has expired or was revoked")
