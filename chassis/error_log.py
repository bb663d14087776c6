"""Unexpected errors of background work, kept where operators list them, like those of calls."""

from __future__ import annotations

import traceback

from chassis.clock import Clock
from chassis.context import current
from chassis.grpc.background_writer import BackgroundWriter
from chassis.grpc.sinks import ErrorSink, UnexpectedError


class ErrorLog:
    """A Background: start it before what reports to it. `report` never waits and never fails."""

    def __init__(self, service: str, sink: ErrorSink, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._writer: BackgroundWriter[UnexpectedError] = BackgroundWriter("background errors", sink)
        self.start = self._writer.start
        self.stop = self._writer.stop

    def report(self, source: str, error: Exception) -> None:
        """Keeps an error that happened in `source`: a kind of job, a loop."""
        self._writer.add(
            UnexpectedError(
                time=self._clock.now(),
                source=source,
                actor=f"service:{self._service}",
                kind=type(error).__qualname__,
                message=str(error),
                detail="".join(traceback.format_exception(error)),
                correlation_id=current().correlation_id,
            )
        )
