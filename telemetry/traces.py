"""Traces over OTLP: W3C contexts from call to call, through jobs and outboxes, and links where a batch serves many.

Nothing of OpenTelemetry is loaded before `export_to`, and calls whose trace is not sampled make no spans.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Tracer
    from opentelemetry.trace import Span
    from opentelemetry.util.types import Attributes

T = TypeVar("T")

TRACEPARENT, TRACESTATE = "traceparent", "tracestate"
# A process ends only after its last exports: a collector that does not answer must not hold it up.
EXPORT_TIMEOUT_S = 2

_TRACEPARENT = re.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-([0-9a-f]{2})")
# Services of the mesh begin no traces for each other.
_UNSAMPLED = ((TRACEPARENT, f"00-{1:032x}-{1:016x}-00"),)

_tracer: Tracer | None = None
_ratio = 1.0
# Of the items of the batch that is being carried out, by the ids of the objects.
_spans: ContextVar[Mapping[int, Span] | None] = ContextVar("easyorder_spans", default=None)


def export_to(endpoint: str, service: str, ratio: float) -> None:
    """Traces from now on. `ratio` is the share of the calls without a trace context that begin a sampled trace."""
    global _tracer, _ratio
    from opentelemetry import trace
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    # Whether a trace is sampled is decided here, before a span is made.
    provider = TracerProvider(ALWAYS_ON, Resource.create(resource(service)))
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=True, timeout=EXPORT_TIMEOUT_S)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    trace.set_tracer_provider(provider)
    _tracer, _ratio = provider.get_tracer("easyorder"), ratio  # type: ignore[assignment]


def resource(service: str) -> dict[str, str]:
    """The attributes by which a collector knows the process."""
    return {"service.name": service, "service.namespace": "easyorder"}


def is_on() -> bool:
    return _tracer is not None


def carrier() -> tuple[tuple[str, str], ...]:
    """The metadata that continues the current trace in another service, or keeps that from beginning one."""
    if _tracer is None:
        return ()
    if (span := sampled_span()) is None:
        return _UNSAMPLED
    state = span.get_span_context().trace_state.to_header()
    return ((TRACEPARENT, _header(span)), *(((TRACESTATE, state),) if state else ()))


def traceparent() -> str:
    """The current span, if its trace is sampled, as what continues it later: in a job, or an event; else empty."""
    span = sampled_span()
    return _header(span) if span else ""


def trace_id() -> str:
    """The current trace, if it is sampled; else empty."""
    span = sampled_span()
    return f"{span.get_span_context().trace_id:032x}" if span else ""


def sampled_span() -> Span | None:
    """The current span, if there is one that is sampled."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span

    span = get_current_span()
    return span if span.get_span_context().trace_flags.sampled else None


def server_span(method: str, incoming: Mapping[str, Any]) -> AbstractContextManager[Span | None]:
    """A span in the caller's trace, if that is sampled; or in a new one, for a share of the calls that have none."""
    if _tracer is None:
        return nullcontext()
    parent = str(incoming.get(TRACEPARENT, ""))
    if not _is_sampled(parent) and (parent or random.random() >= _ratio):
        return nullcontext()
    from opentelemetry.trace import SpanKind

    service, _, name = method.partition("/")
    attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": name}
    context = _context(parent, str(incoming.get(TRACESTATE, "")))
    return _tracer.start_as_current_span(method, context, SpanKind.SERVER, attributes, record_exception=False)


def job_span(kind: str, attempt: int, scheduled_by: str) -> AbstractContextManager[object]:
    """An attempt of a job, in the trace of the command that scheduled it."""
    if _tracer is None or not scheduled_by:
        return nullcontext()
    from opentelemetry.trace import SpanKind

    attributes: Attributes = {"easyorder.job.kind": kind, "easyorder.job.attempt": attempt}
    return _tracer.start_as_current_span(
        f"job {kind}", _context(scheduled_by), SpanKind.CONSUMER, attributes, record_exception=False
    )


def consumer_span(consumer: str, published_by: Sequence[str]) -> AbstractContextManager[object]:
    """A batch of events, with a link to the span that published each; without any, no span."""
    if _tracer is None or not any(published_by):
        return nullcontext()
    from opentelemetry.context import Context
    from opentelemetry.trace import Link, SpanKind, get_current_span

    contexts = [get_current_span(_context(one)).get_span_context() for one in dict.fromkeys(published_by) if one]
    attributes = {"messaging.batch.message_count": len(published_by)}
    links = [Link(one) for one in contexts if one.is_valid]
    return _tracer.start_as_current_span(consumer, Context(), SpanKind.CONSUMER, attributes, links)


@contextmanager
def batch_span(name: str, served: Sequence[tuple[object, Span | None]]) -> Iterator[None]:
    """A batch for items, each with the span that waits for it: in the trace of the first, linked with others."""
    spans = list(dict.fromkeys(span for _, span in served if span))
    if _tracer is None or not spans:
        yield
        return
    from opentelemetry.trace import Link, set_span_in_context

    first, *others = spans
    links = [Link(other.get_span_context()) for other in others]
    attributes = {"easyorder.batch.items": len(served)}
    context = set_span_in_context(first)
    with _tracer.start_as_current_span(f"batch {name}", context, attributes=attributes, links=links) as span:
        for other in others:
            other.add_link(span.get_span_context())
        token = _spans.set({id(item): of for item, of in served if of} if others else None)
        try:
            yield
        finally:
            _spans.reset(token)


def in_their_traces(items: list[T]) -> Sequence[T]:
    """The items of a batch: whoever goes through them is in the trace of each meanwhile, so that its jobs are, too."""
    return _InTheirTraces(items) if _tracer and _spans.get() else items


class _InTheirTraces(list[T]):
    def __iter__(self) -> Iterator[T]:
        from opentelemetry.context import attach, get_current
        from opentelemetry.trace import set_span_in_context

        spans, of_batch = _spans.get() or {}, get_current()
        for item in super().__iter__():
            span = spans.get(id(item))
            # Not detached: a loop that is left early leaves no trace behind that its batch does not end.
            attach(set_span_in_context(span) if span else of_batch)
            yield item
        attach(of_batch)


def _header(span: Span) -> str:
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-01"


def _is_sampled(traceparent: str) -> bool:
    """Whether the last bit of the flags is set (W3C); another form is not sampled."""
    found = _TRACEPARENT.match(traceparent)
    return found is not None and int(found[1], 16) % 2 == 1


def _context(traceparent: str, tracestate: str = "") -> Context:
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carried = {TRACEPARENT: traceparent, TRACESTATE: tracestate}
    return TraceContextTextMapPropagator().extract(carried, Context())
