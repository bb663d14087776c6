"""Structured logs of a process; and its telemetry, if that is wanted."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from chassis.context import current
from chassis.settings import MeshSettings
from telemetry import metrics, traces


def configure(settings: MeshSettings, service: str) -> None:
    """Sets up logs, metrics and traces of this process; call it first. Pending spans are sent at exit."""
    configure_logs(settings.log_level, settings.log_format, service)
    if settings.metrics:
        metrics.begin()
    if settings.otlp_endpoint:
        traces.export_to(settings.otlp_endpoint, service, settings.trace_ratio)


def configure_logs(level: str, form: str, service: str) -> None:
    """Logs one line per event to standard output, as JSON or readable text, including the logs of libraries."""

    def add_context(logger: object, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        request, known = current(), {"service": service}
        if request.method:
            known |= {"correlation_id": request.correlation_id, "method": request.method, "caller": request.caller.id}
            known |= {"trace_id": traced} if (traced := traces.trace_id()) else {}
        return known | dict(event)

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_context,
    ]
    last: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    if form == "console":
        # Local variables hold tokens and passwords: never show them.
        last = [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    formatter = structlog.stdlib.ProcessorFormatter
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(formatter(foreign_pre_chain=shared, processors=[formatter.remove_processors_meta, *last]))
    logging.basicConfig(handlers=[handler], level=level, force=True)
    # APScheduler logs every tick twice and warns about ticks that it skips; failures are still logged.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # gRPC logs each header that is not UTF-8 as an error, but still reads it.
    logging.getLogger("grpc._cython.cygrpc").addFilter(lambda record: record.msg != "Invalid encoding on %s")
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, formatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
