"""The open streams of a process: how many there may be, and how a stream ends that its client would keep."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.context import ANONYMOUS, RequestContext
from chassis.errors import AppError, Kind, TokenExpired

# The time that a stream has to send a last message, also to a slow reader.
_LAST_WORDS_S = 3.0


class TooManyStreams(AppError):
    """The caller's address, the user or the process has reached its limit of streams."""

    kind, reason = Kind.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS"

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after_s=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """The maximum numbers of open streams."""

    in_all: int = 4000
    per_address: int = 200
    per_user: int = 50


_end: ContextVar[asyncio.Future[AppError] | None] = ContextVar("easyorder_stream_end", default=None)


def stream_end() -> asyncio.Future[AppError]:
    """Done, with the reason, once the stream that is being served has to end; its handler has 3 s for that."""
    return _end.get() or asyncio.get_running_loop().create_future()


class OpenStreams:
    """The open streams of a process. Those of services are not limited; a user's ends when the token expires.

    If all places are taken, the oldest anonymous stream is ended in favour of a user's.
    """

    def __init__(self, limits: StreamLimits, clock: Clock) -> None:
        self._limits, self._clock = limits, clock
        self._held: Counter[str] = Counter()
        # The oldest first, and whether they are anonymous.
        self._open: dict[asyncio.Future[AppError], bool] = {}
        self._drained: AppError | None = None

    @contextmanager
    def one_more(self, call: RequestContext, limit: asyncio.Timeout) -> Iterator[None]:
        """Counts a stream for the block. Raises TooManyStreams, or the reason why the stream was ended."""
        if self._drained:
            raise self._drained
        holders, end, loop = self._admit(call), stream_end(), asyncio.get_running_loop()

        def cut(_: object) -> None:
            if end in self._open and not limit.expired():
                latest = loop.time() + _LAST_WORDS_S
                limit.reschedule(min(latest, limit.when() or latest))

        end.add_done_callback(cut)
        _end.set(end)
        self._open[end] = call.caller is ANONYMOUS
        self._held.update(holders)
        expired = TokenExpired("the access token has expired; refresh it or log in again, then resume")
        left_s = call.caller.expires_at - self._clock.now().timestamp()
        timer = loop.call_later(left_s, _finish, end, expired)
        try:
            yield
        except asyncio.CancelledError:
            if end.done() and limit.expired():
                raise end.result() from None
            raise
        finally:
            timer.cancel()
            del self._open[end]
            self._held.subtract(holders)
            for holder in [holder for holder in holders if not self._held[holder]]:
                del self._held[holder]

    def end_all(self, error: AppError) -> None:
        """Ends the streams, and refuses all others from now on."""
        self._drained = error
        for end in self._open:
            _finish(end, error)

    def _admit(self, call: RequestContext) -> list[str]:
        """Those who hold the stream. Raises TooManyStreams."""
        if call.caller.is_service:
            return []
        limits = {f"address {call.address}": self._limits.per_address}
        if call.caller.is_person:
            limits[f"user {call.caller.id}"] = self._limits.per_user
        for holder, limit in limits.items():
            if self._held[holder] >= limit:
                raise TooManyStreams(f"{limit} streams are open, as many as may be for {holder}: close one first")
        if self._held["all"] >= self._limits.in_all:
            oldest = next((end for end, is_anonymous in self._open.items() if is_anonymous and not end.done()), None)
            if oldest is None or not call.caller.is_person:
                raise TooManyStreams(f"{self._limits.in_all} streams are open, as many as may be: try again later")
            _finish(oldest, TooManyStreams("this stream was ended for others: connect again later"))
        return ["all", *limits]


def _finish(end: asyncio.Future[AppError], error: AppError) -> None:
    if not end.done():
        end.set_result(error)
