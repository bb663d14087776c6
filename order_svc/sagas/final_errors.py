"""Ends a job at once when an error is final: no later attempt can succeed, and administrators hear of it now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from chassis.errors import AppError, Kind
from chassis.jobs import JobImpossible

# The request is wrong, or what it is about does not exist; this does not change.
ALWAYS = frozenset({Kind.INVALID_ARGUMENT, Kind.NOT_FOUND, Kind.ALREADY_EXISTS})
# Also what the provider refuses; inventory_svc refuses in this way what only comes too early.
OF_PROVIDER = ALWAYS | {Kind.FAILED_PRECONDITION}


@contextmanager
def ending_the_job(final: frozenset[Kind]) -> Iterator[None]:
    """Raises JobImpossible instead of an error of these kinds."""
    try:
        yield
    except JobImpossible:
        raise
    except AppError as error:
        if error.kind in final:
            raise JobImpossible(f"{error.reason}: {error.message}") from error
        raise
