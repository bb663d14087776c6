"""The open streams of a process: how many there may be, and how a stream ends that its client would keep."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from chassis.clock import Clock
from chassis.context import ANONYMOUS, RequestContext
from chassis.errors import AppError, Kind, TokenExpired

# The time that a stream has to send a last message.
LAST_WORDS_S = 1.0
_RETRY_AFTER_S = 5.0


class TooManyStreams(AppError):
    """The caller's address, the user or the process has reached its limit of streams."""

    kind, reason = Kind.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS"

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after_s=_RETRY_AFTER_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """The maximum numbers of open streams."""

    in_all: int = 4000
    per_address: int = 200
    per_user: int = 50


class OpenStream:
    """A stream whose handler is told why it has to end, and is cancelled if it does not end in time."""

    def __init__(self, limit: asyncio.Timeout, *, is_anonymous: bool) -> None:
        self._limit = limit
        self.is_anonymous = is_anonymous
        self.notify: Callable[[AppError], None] | None = None
        self.ended: AppError | None = None

    def end(self, error: AppError, within_s: float = LAST_WORDS_S) -> None:
        """Only the first call counts."""
        if self.ended is None and not self._limit.expired():
            self.ended = error
            latest = asyncio.get_running_loop().time() + within_s
            self._limit.reschedule(min(latest, self._limit.when() or latest))
            if self.notify:
                self.notify(error)


_served: ContextVar[OpenStream | None] = ContextVar("easyorder_stream", default=None)


def on_end(notify: Callable[[AppError], None]) -> None:
    """Calls `notify` with the reason if the stream that is being served has to end."""
    if stream := _served.get():
        stream.notify = notify


def check_open() -> None:
    """Raises the reason if the stream that is being served has to end."""
    if (stream := _served.get()) and stream.ended:
        raise stream.ended


class OpenStreams:
    """The open streams of a process. Those of services are not limited; a user's ends when the token expires.

    If all places are taken, the oldest anonymous stream is ended in favour of a user's.
    """

    def __init__(self, limits: StreamLimits, clock: Clock) -> None:
        self._limits, self._clock = limits, clock
        self._held: Counter[str] = Counter()
        # The oldest first.
        self._open: dict[OpenStream, None] = {}
        self._drained: AppError | None = None

    @contextmanager
    def one_more(self, call: RequestContext, limit: asyncio.Timeout) -> Iterator[None]:
        """Counts a stream for the block. Raises TooManyStreams, or the reason why the stream was ended."""
        if self._drained:
            raise self._drained
        holders = self._admit(call)
        self._held.update(holders)
        stream = OpenStream(limit, is_anonymous=call.caller is ANONYMOUS)
        self._open[stream] = None
        _served.set(stream)
        left_s = call.caller.expires_at - self._clock.now().timestamp()
        expired = TokenExpired("the access token has expired; refresh it or log in again, then resume")
        timer = asyncio.get_running_loop().call_later(left_s, stream.end, expired)
        try:
            yield
        except asyncio.CancelledError:
            if stream.ended and limit.expired():
                raise stream.ended from None
            raise
        finally:
            timer.cancel()
            del self._open[stream]
            self._held.subtract(holders)
            for holder in [holder for holder in holders if not self._held[holder]]:
                del self._held[holder]

    def end_all(self, error: AppError, within_s: float) -> None:
        """Ends the streams, and refuses all others from now on."""
        self._drained = error
        for stream in self._open:
            stream.end(error, within_s)

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
            oldest = next((stream for stream in self._open if stream.is_anonymous and not stream.ended), None)
            if oldest is None or not call.caller.is_person:
                raise TooManyStreams(f"{self._limits.in_all} streams are open, as many as may be: try again later")
            oldest.end(TooManyStreams("this stream was ended for others: connect again later"))
        return ["all", *limits]
