"""Counts and traces a call, by the code and the reason with which it ended; costs nothing while both are off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter
from typing import Any

from chassis.context import current
from chassis.contract import Method
from chassis.errors import AppError, Internal
from telemetry import metrics, traces

_OFF = nullcontext()


def observed(method: Method, incoming: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Around the handling of a call with this metadata."""
    return _observed(method, incoming) if metrics.is_on() or traces.is_on() else _OFF


@contextmanager
def _observed(method: Method, incoming: Mapping[str, Any]) -> Iterator[None]:
    began, name, code, reason = perf_counter(), method.full_name[1:], "CANCELLED", ""
    with traces.server_span(name, incoming) as span:
        try:
            yield
            code = "OK"
        except AppError as error:
            code = error.kind.name
            # Another service may have reasons that this version does not know.
            reason = error.reason if error.reason in AppError.by_reason else metrics.OTHER
            raise
        except Exception:
            code = reason = Internal.reason
            raise
        finally:
            seconds = None if method.server_streaming else perf_counter() - began
            metrics.count_call(name, code, reason, seconds)
            if span:
                span.set_attribute("easyorder.correlation_id", current().correlation_id)
                span.set_attribute("easyorder.outcome", reason or code)
