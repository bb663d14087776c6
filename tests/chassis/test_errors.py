"""Errors are found by their reason, and carry the data that the caller needs."""

from __future__ import annotations

import grpc

from chassis import errors
from chassis.errors import AppError, Conflict, Internal, InvalidArgument, Kind, Locked, Unavailable
from chassis.jobs import LeaseLost
from ops.api import JobNotFound


def test_kinds_have_the_names_and_numbers_of_grpc() -> None:
    codes = {code.name: code.value[0] for code in grpc.StatusCode}

    assert {kind.name: kind.value for kind in Kind}.items() <= codes.items()


def test_every_error_is_found_by_its_reason() -> None:
    known = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, AppError)]

    for error in known:
        if error is not AppError:
            assert AppError.by_reason.get(error.reason) is error
    assert AppError.by_reason.get("NO_SUCH_REASON") is None


def test_an_error_without_a_reason_of_its_own_does_not_take_its_parents_place() -> None:
    class ConflictOfMine(Conflict):
        pass

    assert AppError.by_reason.get("CONFLICT") is Conflict
    assert ConflictOfMine("collided").reason == "CONFLICT"
    assert AppError.by_reason.get("LEASE_LOST") is LeaseLost


def test_an_error_carries_its_message_and_metadata() -> None:
    error = JobNotFound("no job 3", metadata={"jobId": "3"}, retry_after_s=2)

    assert (str(error), error.message, error.metadata, error.retry_after_s) == (
        "no job 3",
        "no job 3",
        {"jobId": "3"},
        2,
    )
    assert error.violations == ()


def test_whoever_is_told_to_call_again_is_told_when() -> None:
    assert [error("x").retry_after_s for error in (Unavailable, Locked, Conflict, Internal)] == [1, 1, None, None]
    assert Unavailable("x", retry_after_s=5).retry_after_s == 5


def test_a_field_at_fault_is_named_in_the_message_too() -> None:
    error = InvalidArgument.of("items[0].quantity", "must be at least 1")

    assert error.message == "items[0].quantity must be at least 1"
    assert [(violation.field, violation.description) for violation in error.violations] == [
        ("items[0].quantity", "must be at least 1")
    ]


def test_an_error_of_the_wire_is_what_each_service_of_the_process_calls_it() -> None:
    class Ours(AppError):
        kind, reason = Kind.ABORTED, "KNOWN_TO_TWO"

    class Theirs(AppError):
        kind, reason = Kind.ABORTED, "KNOWN_TO_TWO"

    found = AppError.by_reason.get("KNOWN_TO_TWO")

    assert found is not None
    assert issubclass(found, Ours)
    assert issubclass(found, Theirs)
    assert AppError.by_reason.get("KNOWN_TO_TWO") is found
