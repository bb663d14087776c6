"""Bounds how many streams one address, one user and all together hold open at a process."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from grpc_interceptor.server import AsyncServerInterceptor

from chassis import contract
from chassis.context import current
from chassis.errors import AppError, Kind
from chassis.grpc.interceptors import Context, Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamLimits:
    """How many streams may be open at once."""

    per_address: int = 200
    per_user: int = 50
    in_all: int = 4000


class TooManyStreams(AppError):
    """Somebody holds as many as they may."""

    kind, reason = Kind.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS"


class StreamLimitInterceptor(AsyncServerInterceptor):
    """Services of the mesh are not limited: there are as many of them as there are."""

    def __init__(self, limits: StreamLimits) -> None:
        self._limits = limits
        self._open: Counter[tuple[str, str]] = Counter()

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        if not contract.methods()[method_name].server_streaming or current().caller.is_service:
            return await method(request_or_iterator, context)
        held = self._held()
        for holder, limit in held.items():
            if self._open[holder] >= limit:
                raise TooManyStreams(f"as many streams are open as one {holder[0]} may have ({limit}): close some first")
        self._open.update(held.keys())
        try:
            return await method(request_or_iterator, context)
        finally:
            for holder in held:
                self._open[holder] -= 1
                if not self._open[holder]:
                    del self._open[holder]

    def _held(self) -> dict[tuple[str, str], int]:
        known = current()
        held = {("server", ""): self._limits.in_all, ("address", known.address): self._limits.per_address}
        if known.caller.is_person:
            held["user", known.caller.id] = self._limits.per_user
        return held
