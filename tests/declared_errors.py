"""Notices the errors of a test: the contract declares each of them, and a test reaches those that it is marked with."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from chassis.errors import AppError
from edge.openapi.reasons import INTERNAL, PUBLIC, reasons

_PUBLIC = {reason.name: {*reason.metadata, "omittedViolations"} for reason in reasons(PUBLIC)}
_ANY = _PUBLIC | {reason.name: {*reason.metadata, "omittedViolations"} for reason in reasons(INTERNAL)}


@dataclass
class NoticedErrors:
    """The errors of a test so far.

    `undeclared`: reasons and metadata that the contract does not have, in errors that were raised here or came from a
    service; errors of tests are excepted. `reasons`: those of errors that came from a service, or that no test made.
    """

    undeclared: list[str] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)

    def clear(self) -> None:
        self.undeclared.clear()
        self.reasons.clear()


@pytest.fixture(scope="session")
def noticed_errors() -> Iterator[NoticedErrors]:
    found = NoticedErrors()
    patch = pytest.MonkeyPatch()
    make, send = AppError.__init__, httpx.AsyncClient.send

    def make_and_look(error: AppError, *args: Any, **options: Any) -> None:
        make(error, *args, **options)
        if not type(error).__module__.startswith("tests."):
            found.undeclared.extend(_undeclared(error.reason, error.metadata, _ANY))
        if not sys._getframe(1).f_globals["__name__"].startswith("tests."):
            found.reasons.add(error.reason)

    async def send_and_look(client: httpx.AsyncClient, *args: Any, **options: Any) -> httpx.Response:
        reply = await send(client, *args, **options)
        if reply.is_error and reply.is_closed and '"easyorder"' in reply.text:
            details = reply.json()["details"]
            violations = [violation for detail in details for violation in detail.get("fieldViolations", [])]
            found.undeclared.extend({violation["reason"] for violation in violations} - _PUBLIC.keys())
            for info in [detail for detail in details if detail.get("domain") == "easyorder"]:
                found.undeclared.extend(_undeclared(info["reason"], info.get("metadata", {}), _PUBLIC))
                found.reasons.add(info["reason"])
        return reply

    patch.setattr(AppError, "__init__", make_and_look)
    patch.setattr(httpx.AsyncClient, "send", send_and_look)
    yield found
    patch.undo()


@pytest.fixture(autouse=True)
def _errors_are_declared_and_reached(request: pytest.FixtureRequest, noticed_errors: NoticedErrors) -> Iterator[None]:
    noticed_errors.clear()
    yield
    undeclared, met = noticed_errors.undeclared.copy(), noticed_errors.reasons.copy()
    noticed_errors.clear()
    assert undeclared == [], "proto/easyorder/common/v1/error_reason.proto declares what errors there are"
    for mark in request.node.iter_markers("reaches"):
        assert set(mark.args) <= met, "the test is marked to reach a reason that no error in it has"


def _undeclared(reason: str, metadata: Mapping[str, str], declared: Mapping[str, set[str]]) -> Iterator[str]:
    if reason not in declared:
        yield reason
    else:
        yield from (f"{reason}: {key}" for key in metadata.keys() - declared[reason])
