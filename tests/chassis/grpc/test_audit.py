"""Every attempt to change data is audited, with its outcome; reads are not."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from time import monotonic
from typing import Any

import pytest
from easyorder.identity.v1 import UpdateUserRequest, User
from easyorder.order.v1 import CancelOrderRequest, CreateOrderRequest, GetOrderRequest, ListAllOrdersRequest

from chassis import audit
from chassis.audit import BackgroundWriter, note_changes
from chassis.background import to_completion, to_nobody
from chassis.context import Caller, RequestContext, request_context
from chassis.errors import AppError, Conflict, Internal, InvalidArgument, PermissionDenied, Unauthenticated
from chassis.grpc.clients import Client, rpc
from tests.chassis.grpc.orders import (
    AN_ORDER,
    AVAILABLE,
    CANCEL_ORDER,
    CONFIRM_AVAILABILITY,
    CREATE_ORDER,
    GET_ORDER,
    LIST_ALL_ORDERS,
    OrderApi,
    orders,
)
from tests.mesh import Recorder, serving
from tests.polling import eventually

AT = datetime(2026, 11, 28, tzinfo=UTC)


async def test_a_change_is_noted_with_who_what_and_on_which_resource() -> None:
    async with orders(api := OrderApi()) as mesh:
        await mesh.user("u1").call(CREATE_ORDER, AN_ORDER)
        await mesh.user("u1").call(CANCEL_ORDER, CancelOrderRequest(id="42"))
        await eventually(lambda: len(mesh.audited) == 2)

    assert [(entry.actor, entry.action, entry.resource, entry.outcome) for entry in mesh.audited] == [
        ("u1", "CreateOrder", "7", "OK"),
        ("u1", "CancelOrder", "42", "OK"),
    ]
    assert [entry.correlation_id for entry in mesh.audited] == [seen.correlation_id for seen in api.seen]


async def test_the_note_of_a_services_call_says_for_whom() -> None:
    async with orders(OrderApi()) as mesh:
        with request_context(RequestContext(caller=Caller.person("u1"), user_token=mesh.tokens.user("u1"))):
            await mesh.service("inventory").call(CONFIRM_AVAILABILITY, AVAILABLE)
        await eventually(lambda: mesh.audited)

    assert (mesh.audited[0].actor, mesh.audited[0].on_behalf_of) == ("service:inventory", "u1")


@pytest.mark.parametrize(("error", "outcome"), [(Conflict("collided"), "CONFLICT"), (ValueError("bug"), "INTERNAL")])
async def test_a_failed_attempt_is_noted_with_its_reason(error: Any, outcome: str) -> None:
    async def fail() -> None:
        raise error

    async with orders(OrderApi(fail)) as mesh:
        with pytest.raises((Conflict, Internal)):
            await mesh.user().call(CANCEL_ORDER, CancelOrderRequest(id="1"))
        await eventually(lambda: mesh.audited)

    assert mesh.audited[0].outcome == outcome


async def test_an_entry_says_from_where_and_in_which_session() -> None:
    async with orders(OrderApi()) as mesh:
        await mesh.with_token(mesh.tokens.user("u1", sid="s1")).call(CREATE_ORDER, AN_ORDER)
        await eventually(lambda: mesh.audited)

    assert (mesh.audited[0].address, mesh.audited[0].session_id) == ("127.0.0.1", "s1")


async def test_calls_that_are_refused_because_of_who_makes_them_are_noted() -> None:
    """Reads, too. What a call of nobody is about is not even read."""
    async with orders(OrderApi()) as mesh:
        for client in (mesh.anonymous(), mesh.with_token(mesh.tokens.tampered())):
            with pytest.raises(Unauthenticated):
                await client.call(CANCEL_ORDER, CancelOrderRequest(id="42"))
        with pytest.raises(PermissionDenied):
            await mesh.user("u1").call(LIST_ALL_ORDERS, ListAllOrdersRequest())
        with pytest.raises(PermissionDenied):
            await mesh.service().call(CANCEL_ORDER, CancelOrderRequest(id="42"))
        await eventually(lambda: len(mesh.audited) == 4)

    assert [(entry.actor, entry.action, entry.resource, entry.outcome) for entry in mesh.audited] == [
        ("anonymous", "CancelOrder", "", "UNAUTHENTICATED"),
        ("anonymous", "CancelOrder", "", "UNAUTHENTICATED"),
        ("u1", "ListAllOrders", "", "PERMISSION_DENIED"),
        ("service:order", "CancelOrder", "42", "PERMISSION_DENIED"),
    ]
    assert {entry.address for entry in mesh.audited} == {"127.0.0.1"}


@dataclass(frozen=True)
class Part:
    id: int
    price: Decimal


@dataclass(frozen=True)
class Thing:
    name: str
    parts: tuple[Part, ...] = ()
    members: tuple[str, ...] = ()
    password: str = field(default="", repr=False)
    version: int = 1


THING = Thing("old", (Part(1, Decimal("1.00")), Part(2, Decimal("2.00"))), ("ann", "bob"), "Passw0rd!")
CHANGED = Thing("new", (Part(1, Decimal("1.50")), Part(3, Decimal("3.00"))), ("ann", "eve"), "0ther Passw0rd!", 2)


async def test_what_an_administrator_changed_is_noted_without_secrets() -> None:
    async def change() -> None:
        note_changes(CHANGED, THING)
        # As after a conflict.
        note_changes(THING, CHANGED)

    async with orders(OrderApi(change)) as mesh:
        await mesh.admin().call(CANCEL_ORDER, CancelOrderRequest(id="1"))
        await mesh.user().call(CANCEL_ORDER, CancelOrderRequest(id="1"))
        await eventually(lambda: len(mesh.audited) == 2)

    assert mesh.audited[0].changes == [
        {"field": "name", "before": '"old"', "after": '"new"'},
        {"field": "parts[1].price", "before": '"1.00"', "after": '"1.50"'},
        {"field": "parts[2]", "before": '{"id":2,"price":"2.00"}', "after": ""},
        {"field": "parts[3]", "before": "", "after": '{"id":3,"price":"3.00"}'},
        {"field": "members", "before": '["bob"]', "after": '["eve"]'},
    ]
    assert mesh.audited[1].changes is None


@pytest.mark.parametrize("timeout_s", [0.2, 30.0])
async def test_an_administrator_who_leaves_does_not_hide_what_was_changed(timeout_s: float) -> None:
    begun, left = asyncio.Event(), asyncio.Event()

    async def change() -> None:
        if not begun.is_set():
            begun.set()
            await left.wait()
            note_changes(THING, replace(THING, name="new"))

    # As the mediator does: a statement is never cut off.
    async with orders(OrderApi(lambda: to_completion(change()))) as mesh:
        admin = mesh.admin()
        calling = asyncio.ensure_future(admin.call(CANCEL_ORDER, CancelOrderRequest(id="1"), timeout_s=timeout_s))
        await begun.wait()
        if timeout_s > 1:
            calling.cancel()
        with suppress(AppError, asyncio.CancelledError):
            await calling
        # The server has learned of it when it answers another call.
        await admin.call(LIST_ALL_ORDERS, ListAllOrdersRequest())
        left.set()
        await eventually(lambda: mesh.audited)

    assert (mesh.audited[0].action, mesh.audited[0].outcome) == ("CancelOrder", "OK")
    assert mesh.audited[0].changes == [{"field": "name", "before": '"old"', "after": '"new"'}]


async def test_what_was_created_is_noted_and_what_failed_has_not_changed() -> None:
    async def create() -> None:
        note_changes(None, THING)

    async def fail() -> None:
        note_changes(None, THING)
        raise Conflict("collided")

    for work in (create, fail):
        async with orders(OrderApi(work)) as mesh:
            with suppress(Conflict):
                await mesh.admin().call(CANCEL_ORDER, CancelOrderRequest(id="1"))
            await eventually(lambda: mesh.audited)
        noted = [change["field"] for change in mesh.audited[0].changes or ()]
        assert noted == (["name", "parts", "members"] if work is create else [])


async def test_long_values_and_many_changes_are_cut() -> None:
    many = tuple(Part(number, Decimal(number)) for number in range(1, 201))

    async def change() -> None:
        note_changes(THING, replace(THING, name="x" * 10_000, parts=many))

    async with orders(OrderApi(change)) as mesh:
        await mesh.admin().call(CANCEL_ORDER, CancelOrderRequest(id="1"))
        await eventually(lambda: mesh.audited)

    changes = mesh.audited[0].changes or ()
    assert len(changes) == 100
    assert max(len(change["after"]) for change in changes) <= 500


async def refused(client: Client, times: int) -> None:
    for _ in range(times):
        with suppress(AppError):
            await client.call(CREATE_ORDER, CreateOrderRequest(request_id="1"))


async def test_refused_attempts_beyond_a_limit_are_counted_not_written() -> None:
    async with orders(OrderApi(), audit_refusals_per_minute=6) as mesh:
        await refused(mesh.anonymous(), 10)
        await refused(mesh.user("u1"), 20)
        # Nobody can hide what others try.
        await refused(mesh.user("u2"), 1)
        # These have no limit.
        await refused(mesh.admin(), 30)
        for _ in range(30):
            await mesh.user("u1").call(CREATE_ORDER, AN_ORDER)

    written = Counter((entry.actor, entry.outcome) for entry in mesh.audited if entry.attempts == 1)
    assert written == {
        ("anonymous", "UNAUTHENTICATED"): 2,
        ("u1", "INVALID_ARGUMENT"): 2,
        ("u2", "INVALID_ARGUMENT"): 1,
        ("admin", "INVALID_ARGUMENT"): 30,
        ("u1", "OK"): 30,
    }
    counted = [entry for entry in mesh.audited if entry.attempts > 1]
    assert {(entry.actor, entry.address, entry.action, entry.outcome): entry.attempts for entry in counted} == {
        ("", "", "CreateOrder", "UNAUTHENTICATED"): 8,
        ("", "", "CreateOrder", "INVALID_ARGUMENT"): 18,
    }


async def test_what_was_counted_is_written_at_the_end_of_the_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    minute = monotonic()
    monkeypatch.setattr(audit, "monotonic", lambda: minute)
    async with orders(OrderApi(), audit_refusals_per_minute=3) as mesh:
        await refused(mesh.anonymous(), 5)
        await eventually(lambda: [entry.attempts for entry in mesh.audited] == [1])
        minute += 61
        await refused(mesh.anonymous(), 1)
        await eventually(lambda: [entry.attempts for entry in mesh.audited] == [1, 4, 1])


async def test_many_strangers_together_have_one_limit() -> None:
    writer = audit.AuditWriter(written := Recorder(), report=to_nobody, refusals_per_minute=9)
    for number in range(1000):
        with request_context(RequestContext(address=f"10.0.0.{number}")):
            writer.add(audit.entry("Login", "", outcome="INVALID_CREDENTIALS", at=AT))
    await writer.start()
    await writer.stop()

    assert [entry.attempts for entry in written.entries] == [*[1] * 9, 991]


async def test_an_attempt_that_may_have_taken_effect_is_always_written() -> None:
    writer = audit.AuditWriter(written := Recorder(), report=to_nobody, refusals_per_minute=3)
    for outcome in ("CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE"):
        for _ in range(5):
            with request_context(RequestContext(caller=Caller.person("u1"))):
                writer.add(audit.entry("CancelOrder", "1", outcome=outcome, at=AT))
    await writer.start()
    await writer.stop()

    assert [entry.attempts for entry in written.entries] == [1] * 20


async def test_a_refused_request_is_noted() -> None:
    async with orders(OrderApi()) as mesh:
        with pytest.raises(InvalidArgument):
            await mesh.user().call(CREATE_ORDER, CreateOrderRequest(request_id="1"))
        await eventually(lambda: mesh.audited)

    assert mesh.audited[0].outcome == "INVALID_ARGUMENT"


async def test_reading_is_not_noted() -> None:
    async with orders(OrderApi()) as mesh:
        await mesh.user().call(GET_ORDER, GetOrderRequest(id="1"))
        await mesh.user().call(CANCEL_ORDER, CancelOrderRequest(id="1"))
        await eventually(lambda: mesh.audited)

    assert [entry.action for entry in mesh.audited] == ["CancelOrder"]


async def test_an_answer_does_not_wait_for_its_note_and_stopping_writes_what_is_left() -> None:
    class Slow(Recorder):
        may_write = asyncio.Event()

        async def __call__(self, entries: Any) -> None:
            await self.may_write.wait()
            await super().__call__(entries)

    async with orders(OrderApi(), audit=(sink := Slow())) as mesh:
        await mesh.user().call(CREATE_ORDER, AN_ORDER)
        assert sink.entries == []
        sink.may_write.set()

    assert len(sink.entries) == 1


async def test_a_sink_that_fails_gets_the_entries_again_in_order() -> None:
    class Flaky(Recorder):
        failures = 2

        async def __call__(self, entries: Any) -> None:
            if self.failures:
                self.failures -= 1
                raise AppError("not now")
            await super().__call__(entries)

    writer: BackgroundWriter[int] = BackgroundWriter("test", sink := Flaky(), every_s=0.01)
    for number in range(1200):
        writer.add(number)
    await writer.start()
    await eventually(lambda: len(sink.entries) == 1200)
    await writer.stop()

    assert sink.entries == list(range(1200))


async def test_beyond_its_capacity_the_oldest_entries_are_given_up() -> None:
    writer: BackgroundWriter[int] = BackgroundWriter("test", sink := Recorder(), capacity=3)
    for number in range(5):
        writer.add(number)

    await writer.start()
    await writer.stop()

    assert sink.entries == [2, 3, 4]


class UserApi:
    def __init__(self) -> None:
        self.updated: list[UpdateUserRequest] = []

    async def update_user(self, request: UpdateUserRequest) -> User:
        self.updated.append(request)
        return User()


@pytest.mark.parametrize(
    ("user_id", "noted"),
    [("u1\0", "u1"), ("u1\0" + "x" * 1_000, "u1" + "x" * 96 + "…" + "x" * 98), ("\0", "")],
    ids=["NUL", "long", "only NUL"],
)
async def test_a_refused_request_leaves_an_entry_that_can_be_written(user_id: str, noted: str) -> None:
    identity = "easyorder.identity.v1.IdentityService"
    update_user = rpc(identity, "UpdateUser", UpdateUserRequest, User)
    async with serving({identity: (api := UserApi())}) as mesh:
        with pytest.raises(InvalidArgument):
            await mesh.user("u1").call(update_user, UpdateUserRequest(user=User(id=user_id)))
        await eventually(lambda: mesh.audited)

    assert api.updated == []
    assert [(entry.resource, entry.outcome) for entry in mesh.audited] == [(noted, "INVALID_ARGUMENT")]
