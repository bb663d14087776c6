"""Answers failures: an AppError as it is; anything else, logged and recorded, as INTERNAL with a correlation id."""

from __future__ import annotations

import traceback
from typing import Any

import grpc
import structlog
from easyorder.google.rpc import Status
from grpc_interceptor.server import AsyncServerInterceptor

from chassis.clock import Clock
from chassis.context import current
from chassis.errors import AppError, Internal
from chassis.grpc import metadata
from chassis.grpc.background_writer import BackgroundWriter
from chassis.grpc.interceptors import Context, Handler
from chassis.grpc.sinks import UnexpectedError
from chassis.grpc.status import DETAILS_KEY, to_status
from chassis.wire import codec

log = structlog.get_logger(__name__)

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class ErrorInterceptor(AsyncServerInterceptor):
    """Ends failed calls with a google.rpc.Status; no text of an unexpected exception leaves the process."""

    def __init__(self, unexpected: BackgroundWriter[UnexpectedError], clock: Clock) -> None:
        self._unexpected = unexpected
        self._clock = clock

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        try:
            return await method(request_or_iterator, context)
        except AppError as error:
            failure = error
        except Exception as error:
            failure = self._record(error)
        log.info("refused", reason=failure.reason, message=failure.message)
        return await _abort(context, failure)

    def _record(self, error: Exception) -> AppError:
        request = current()
        log.error("unexpected error", exc_info=error)
        self._unexpected.add(
            UnexpectedError(
                time=self._clock.now(),
                source=request.method,
                actor=request.caller.id,
                kind=type(error).__qualname__,
                message=str(error),
                detail="".join(traceback.format_exception(error)),
                correlation_id=request.correlation_id,
            )
        )
        return Internal(
            f"something went wrong here; report it with the correlation id {request.correlation_id}",
            metadata={"correlation_id": request.correlation_id},
        )


async def _abort(context: Context, error: AppError) -> None:
    trailing = (
        (metadata.CORRELATION_ID, current().correlation_id),
        (DETAILS_KEY, codec(Status).encode(to_status(error))),
    )
    await context.abort(_CODES[error.kind.value], error.message, trailing)
