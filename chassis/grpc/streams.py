"""The open streams of a process: how many there may be, and how a stream ends that its client would keep."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import ceil, inf
from typing import NamedTuple

from chassis.clock import Clock
from chassis.context import ANONYMOUS, Caller, RequestContext
from chassis.errors import AppError, Kind, TokenExpired, TokenRevoked

# The time that a stream has to send a last message, also to a slow reader.
_LAST_WORDS_S = 3.0
# While there are anonymous streams, the event loop is checked this often; if it is this late, a share of them is ended.
_CHECK_EVERY_S, _LATE_S, _SHARE = 1.0, 0.5, 0.1


class TooManyStreams(AppError):
    """The caller's address, the user or the process has reached its limit of streams."""

    kind, reason = Kind.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS"


class StreamLimits(NamedTuple):
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

    The oldest anonymous streams are ended when a user needs the place, and while the process is late for its calls.
    """

    def __init__(self, limits: StreamLimits, clock: Clock) -> None:
        self._limits, self._clock = limits, clock
        self._held: Counter[str] = Counter()
        # The oldest first, with their callers.
        self._open: dict[asyncio.Future[AppError], Caller] = {}
        self._drained: AppError | None = None
        self._checked = False

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def one_more(self, call: RequestContext, limit: asyncio.Timeout) -> Iterator[None]:
        """Counts a stream for the block. Raises TooManyStreams, or the reason why the stream was ended."""
        if self._drained:
            raise self._drained
        holders, end, loop = self._admit(call), stream_end(), asyncio.get_running_loop()

        def cut(_: object) -> None:
            if end in self._open and not limit.expired():
                limit.reschedule(min(loop.time() + _LAST_WORDS_S, limit.when() or inf))

        end.add_done_callback(cut)
        _end.set(end)
        self._open[end] = call.caller
        if call.caller is ANONYMOUS and not self._checked:
            self._check(loop.time())
        self._held.update(holders)
        left_s = call.caller.expires_at_s - self._clock.now().timestamp()
        timer = loop.call_later(left_s, _finish, end, TokenExpired("the access token has expired; log in, then resume"))
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

    def end_revoked(self, covered: Callable[[Caller], bool]) -> None:
        """Ends the streams of callers whose tokens were revoked."""
        for end in [end for end, caller in self._open.items() if covered(caller)]:
            _finish(end, TokenRevoked())

    def _admit(self, call: RequestContext) -> list[str]:
        """Those who hold the stream. Raises TooManyStreams."""
        if call.caller.is_service:
            return []
        limits = {f"address {call.address}": self._limits.per_address}
        if call.caller.is_person:
            limits[f"user {call.caller.id}"] = self._limits.per_user
        for holder, limit in limits.items():
            if self._held[holder] >= limit:
                raise TooManyStreams(f"{holder} has {limit} streams open: close one first", retry_after_s=5)
        if self._held["all"] >= self._limits.in_all and not (call.caller.is_person and self._end_oldest(1)):
            raise TooManyStreams(f"{self._limits.in_all} streams are open here: try again later", retry_after_s=5)
        return ["all", *limits]

    def _end_oldest(self, count: float) -> int:
        """Ends the oldest anonymous streams, and returns how many of them are open."""
        anonymous = [end for end, caller in self._open.items() if caller is ANONYMOUS and not end.done()]
        for end in anonymous[: ceil(count)]:
            _finish(end, TooManyStreams("this stream was ended for others: connect again later", retry_after_s=5))
        return len(anonymous)

    def _check(self, due: float) -> None:
        loop, anonymous = asyncio.get_running_loop(), sum(caller is ANONYMOUS for caller in self._open.values())
        if loop.time() - due > _LATE_S:
            self._end_oldest(anonymous * _SHARE)
        self._checked = anonymous > 0
        if anonymous:
            loop.call_later(_CHECK_EVERY_S, self._check, loop.time() + _CHECK_EVERY_S)


def _finish(end: asyncio.Future[AppError], error: AppError) -> None:
    if not end.done():
        end.set_result(error)
