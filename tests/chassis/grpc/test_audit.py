"""Every attempt to change data is audited, with its outcome; reads are not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from easyorder.identity.v1 import UpdateUserRequest, User
from easyorder.order.v1 import CancelOrderRequest, CreateOrderRequest, GetOrderRequest

from chassis.audit import BackgroundWriter
from chassis.context import Caller, RequestContext, request_context
from chassis.errors import AppError, Conflict, Internal, InvalidArgument
from chassis.grpc.clients import rpc
from tests.chassis.grpc.orders import (
    AN_ORDER,
    AVAILABLE,
    CANCEL_ORDER,
    CONFIRM_AVAILABILITY,
    CREATE_ORDER,
    GET_ORDER,
    OrderApi,
    orders,
)
from tests.mesh import Recorder, serving
from tests.polling import eventually


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

    assert mesh.audited[0].actor == "service:inventory for u1"


@pytest.mark.parametrize(("error", "outcome"), [(Conflict("collided"), "CONFLICT"), (ValueError("bug"), "INTERNAL")])
async def test_a_failed_attempt_is_noted_with_its_reason(error: Any, outcome: str) -> None:
    async def fail() -> None:
        raise error

    async with orders(OrderApi(fail)) as mesh:
        with pytest.raises((Conflict, Internal)):
            await mesh.user().call(CANCEL_ORDER, CancelOrderRequest(id="1"))
        await eventually(lambda: mesh.audited)

    assert mesh.audited[0].outcome == outcome


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
