"""Notes who tried to change what, and with which outcome; written in the background, after the answer."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import betterproto2
from grpc_interceptor.server import AsyncServerInterceptor

from chassis import contract
from chassis.audit import AuditEntry
from chassis.clock import Clock
from chassis.context import current
from chassis.errors import AppError
from chassis.grpc.background_writer import BackgroundWriter
from chassis.grpc.interceptors import Context, Handler

_RESOURCE_LENGTH = 200
_READS = re.compile(r"(Get|List|Watch|Subscribe|Check|Validate)(?![a-z])")


class AuditInterceptor(AsyncServerInterceptor):
    """Methods that only read are not audited."""

    def __init__(self, writer: BackgroundWriter[AuditEntry], clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        if _only_reads(method_name):
            return await method(request_or_iterator, context)
        outcome, reply = "INTERNAL", None
        try:
            reply = await method(request_or_iterator, context)
            outcome = "OK"
            return reply
        except AppError as error:
            outcome = error.reason
            raise
        finally:
            self._note(method_name, request_or_iterator, reply, outcome)

    def _note(self, method_name: str, request: betterproto2.Message, reply: object, outcome: str) -> None:
        known = current()
        actor = known.caller.id
        self._writer.add(
            AuditEntry(
                time=self._clock.now(),
                actor=f"{actor} for {known.on_behalf_of}" if known.on_behalf_of else actor,
                action=method_name.rpartition("/")[2],
                resource=_resource(method_name, request, reply),
                outcome=outcome,
                correlation_id=known.correlation_id,
                detail="; ".join(known.audit_details),
            )
        )


@cache
def _only_reads(method_name: str) -> bool:
    return _READS.match(method_name.rpartition("/")[2]) is not None


def _resource(method_name: str, request: betterproto2.Message, reply: object) -> str:
    """The ids in the method's HTTP path; what was created has its id in the reply.

    The request may have been refused for what is in it: NUL, which no column can hold, is left out, and length bounded.
    """
    named = [str(getattr(request, name)) for name in _path_variables(method_name) if hasattr(request, name)]
    resource = "/".join(named) or str(getattr(reply, "id", ""))
    return resource[:_RESOURCE_LENGTH].replace("\0", "")


@cache
def _path_variables(method_name: str) -> tuple[str, ...]:
    http = contract.methods()[method_name].http
    return tuple(re.findall(r"\{(\w+)", http[0].path)) if http else ("order_id", "transaction_id")
