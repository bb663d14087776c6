"""Limits the open streams of a process: per address, per user and in total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from chassis.context import RequestContext
from chassis.errors import AppError, Kind


class TooManyStreams(AppError):
    """The caller's address, the user or the process has reached its limit of streams."""

    kind, reason = Kind.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """The maximum numbers of open streams."""

    in_all: int = 4000
    per_address: int = 200
    per_user: int = 50


class OpenStreams:
    """The open streams of a process. Services of the mesh are not limited."""

    def __init__(self, limits: StreamLimits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()

    @contextmanager
    def one_more(self, call: RequestContext) -> Iterator[None]:
        """Counts a stream for the block. Raises TooManyStreams."""
        holders = self._holders(call)
        for holder, limit in holders.items():
            if self._open[holder] >= limit:
                raise TooManyStreams(f"{limit} streams are open, as many as may be for {holder}: close one first")
        self._open.update(holders.keys())
        try:
            yield
        finally:
            self._open.subtract(holders.keys())
            for holder in holders:
                if not self._open[holder]:
                    del self._open[holder]

    def _holders(self, call: RequestContext) -> dict[str, int]:
        if call.caller.is_service:
            return {}
        holders = {"all": self._limits.in_all, f"address {call.address}": self._limits.per_address}
        if call.caller.is_person:
            holders[f"user {call.caller.id}"] = self._limits.per_user
        return holders
