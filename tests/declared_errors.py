"""Notices errors with a reason, or with metadata, that the contract does not declare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from chassis.errors import AppError
from edge.openapi.reasons import INTERNAL, PUBLIC, reasons

_PUBLIC = {reason.name: {*reason.metadata, "omittedViolations"} for reason in reasons(PUBLIC)}
_ANY = _PUBLIC | {reason.name: {*reason.metadata, "omittedViolations"} for reason in reasons(INTERNAL)}


@pytest.fixture(scope="session")
def undeclared_errors() -> Iterator[list[str]]:
    """What was undeclared in the errors that were raised here or came from a service; errors of tests are excepted."""
    found: list[str] = []
    patch = pytest.MonkeyPatch()
    make, send = AppError.__init__, httpx.AsyncClient.send

    def make_and_look(error: AppError, *args: Any, **options: Any) -> None:
        make(error, *args, **options)
        if not type(error).__module__.startswith("tests."):
            found.extend(_undeclared(error.reason, error.metadata, _ANY))

    async def send_and_look(client: httpx.AsyncClient, *args: Any, **options: Any) -> httpx.Response:
        reply = await send(client, *args, **options)
        if reply.is_error and reply.is_closed and '"easyorder"' in reply.text:
            for info in [detail for detail in reply.json()["details"] if detail.get("domain") == "easyorder"]:
                found.extend(_undeclared(info["reason"], info.get("metadata", {}), _PUBLIC))
        return reply

    patch.setattr(AppError, "__init__", make_and_look)
    patch.setattr(httpx.AsyncClient, "send", send_and_look)
    yield found
    patch.undo()


@pytest.fixture(autouse=True)
def _only_declared_errors(undeclared_errors: list[str]) -> Iterator[None]:
    yield
    found = undeclared_errors.copy()
    undeclared_errors.clear()
    assert found == [], "proto/easyorder/common/v1/error_reason.proto declares what errors there are"


def _undeclared(reason: str, metadata: Mapping[str, str], declared: Mapping[str, set[str]]) -> Iterator[str]:
    if reason not in declared:
        yield reason
    else:
        yield from (f"{reason}: {key}" for key in metadata.keys() - declared[reason])
