"""Notices the errors of a test: the contract declares each of them, and a test reaches those that it is marked with.

A public method answers no reason that the OpenAPI document does not list for it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis import contract
from chassis.errors import AppError
from chassis.grpc.clients import Client, Metadata, Rpc
from edge.openapi.failures import reasons_of
from edge.openapi.reasons import INTERNAL, PUBLIC, reasons
from tests.documented import operation_of

_PUBLIC = {reason.name: {*reason.metadata, "omittedViolations"} for reason in reasons(PUBLIC)}
_ANY = _PUBLIC | {reason.name: {*reason.metadata, "omittedViolations"} for reason in reasons(INTERNAL)}

_CHASSIS = Path(__file__).parent / "chassis"


@dataclass
class NoticedErrors:
    """The errors of a test so far.

    `undeclared`: reasons and metadata that the contract does not have, in errors that were raised here or came from a
    service; errors of tests are excepted. `unlisted`: public methods, each with a reason that the OpenAPI document does
    not list for it. `reasons`: those of errors that came from a service, or that no test made.
    """

    undeclared: list[str] = field(default_factory=list)
    unlisted: set[str] = field(default_factory=set)
    reasons: set[str] = field(default_factory=set)

    def clear(self) -> None:
        self.undeclared.clear()
        self.unlisted.clear()
        self.reasons.clear()


@pytest.fixture(scope="session")
def noticed_errors() -> Iterator[NoticedErrors]:
    found = NoticedErrors()
    patch = pytest.MonkeyPatch()
    make, send, call = AppError.__init__, httpx.AsyncClient.send, Client.call

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
                if operation := operation_of(reply.request):
                    found.unlisted.update(_unlisted(operation["operationId"], info["reason"]))
        return reply

    async def call_and_look(
        client: Client, method: Rpc[Any, Any], request: Any, *, timeout_s: float = 5.0, extra: Metadata = ()
    ) -> Any:
        try:
            return await call(client, method, request, timeout_s=timeout_s, extra=extra)
        except AppError as error:
            # UNIMPLEMENTED is also the answer of a server of a test that has no such service.
            if contract.methods()[method.full_name].http and error.reason != "UNIMPLEMENTED":
                found.unlisted.update(_unlisted(method.full_name.rpartition("/")[2], error.reason))
            raise

    patch.setattr(AppError, "__init__", make_and_look)
    patch.setattr(httpx.AsyncClient, "send", send_and_look)
    patch.setattr(Client, "call", call_and_look)
    yield found
    patch.undo()


@pytest.fixture(autouse=True)
def _errors_are_declared_and_reached(request: pytest.FixtureRequest, noticed_errors: NoticedErrors) -> Iterator[None]:
    noticed_errors.clear()
    yield
    undeclared, unlisted = noticed_errors.undeclared.copy(), noticed_errors.unlisted.copy()
    met = noticed_errors.reasons.copy()
    noticed_errors.clear()
    assert undeclared == [], "proto/easyorder/common/v1/error_reason.proto declares what errors there are"
    # Servicers of other tests of the chassis raise anything.
    if not request.node.path.is_relative_to(_CHASSIS) and not request.node.get_closest_marker("unlisted"):
        assert not unlisted, f"the comment of a method in proto/ does not name: {sorted(unlisted)}"
    for mark in request.node.iter_markers("reaches"):
        assert set(mark.args) <= met, "the test is marked to reach a reason that no error in it has"


@cache
def _listed() -> Mapping[str, set[str]]:
    """The reasons of the OpenAPI document for each operation."""
    return {
        method.name: {reason.name for reason in reasons_of(method)}
        for method in contract.methods().values()
        if method.http
    }


def _unlisted(operation: str, reason: str) -> Iterator[str]:
    if operation in _listed() and reason not in _listed()[operation]:
        yield f"{operation}: {reason}"


def _undeclared(reason: str, metadata: Mapping[str, str], declared: Mapping[str, set[str]]) -> Iterator[str]:
    if reason not in declared:
        yield reason
    else:
        yield from (f"{reason}: {key}" for key in metadata.keys() - declared[reason])
