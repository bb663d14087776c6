"""ExportOrders over JSON, which has no place for an error after the first message: the last line is one."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Unavailable
from chassis.grpc.streams import stream_end
from deploy.local.plain_http import plain_client
from order_svc.domain.views import OrderView
from order_svc.queries import export_orders, orders
from tests.builders.order import AT, an_order
from tests.envoy.conftest import publish_keys
from tests.envoy.error_shape import reason_of
from tests.envoy.fake_mesh import SERVICES, FakeMesh
from tests.envoy.running import running_envoy
from tests.mesh import Mesh, serving
from tests.order_svc.order_reads import OrderReads, order_api, order_reads

ORDERS = "easyorder.order.v1.OrderService"
DAY = AT.date()
HEADER = ",".join(export_orders.ORDERS.columns)


@pytest.fixture
async def reads(databases_of: Callable[[str], Awaitable[Mapping[str, str]]]) -> AsyncIterator[OrderReads]:
    async with order_reads(await databases_of("order_svc")) as made:
        await made.given(an_order(), an_order(), an_order())
        yield made


@pytest.fixture
async def service(reads: OrderReads) -> AsyncIterator[Mesh]:
    async with serving({ORDERS: order_api(reads.queries)}) as running:
        yield running


@pytest.fixture
async def http(service: Mesh, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """An administrator in front of Envoy."""
    others = FakeMesh()
    publish_keys(others, service.tokens)
    for name in SERVICES:
        await others.start(name)
    bearer = {"authorization": f"Bearer {service.tokens.admin()}"}
    async with (
        running_envoy(tmp_path, others.ports | {"order": service.server.port}) as envoy,
        plain_client(envoy.url, timeout=10, headers=bearer) as client,
    ):
        yield client
    await others.stop_all()


async def export(http: httpx.AsyncClient, **headers: str) -> httpx.Response:
    days = {"startDate": str(DAY), "endDate": str(DAY)}
    return await http.get("/api/v1/admin/orders:export", params=days, headers=headers)


def lines_of(reply: httpx.Response) -> list[str]:
    assert (reply.status_code, reply.text[-2:]) == (200, "\r\n")
    header, *lines = reply.text.split("\r\n")[:-1]
    assert header == HEADER
    return lines


def failing(error: Exception, *, at_page: int) -> Callable[..., Awaitable[list[OrderView]]]:
    """Reads pages until one fails, and each from then on."""
    pages, read = itertools.count(1), export_orders.page_of_orders

    async def page_of_orders(session: AsyncSession, **which: Any) -> list[OrderView]:
        if next(pages) >= at_page:
            raise error
        return await read(session, **which)

    return page_of_orders


async def test_an_export_that_ends_early_says_so(http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (export_orders, orders):
        monkeypatch.setattr(module, "PAGE_SIZE", 1)
    assert [line.split(",")[2] for line in lines_of(await export(http))] == ["ORDER_STATUS_CONFIRMED"] * 3

    with monkeypatch.context() as cut:
        cut.setattr(orders, "page_of_orders", failing(Unavailable("gone"), at_page=3))
        assert lines_of(await export(http))[2:] == ["INCOMPLETE,UNAVAILABLE"]
    with monkeypatch.context() as cut:
        cut.setattr(orders, "page_of_orders", failing(KeyError("a defect"), at_page=2))
        assert lines_of(await export(http))[1:] == ["INCOMPLETE,INTERNAL"]
    with monkeypatch.context() as cut:
        cut.setattr(orders, "EXPORT_S", 0.0)
        assert lines_of(await export(http)) == ["INCOMPLETE,EXPORT_TOO_SLOW"]
    with monkeypatch.context() as cut:
        cut.setattr(orders, "_LAST_LINE_S", 60.0)
        assert lines_of(await export(http, **{"grpc-timeout": "30S"})) == ["INCOMPLETE,EXPORT_TOO_SLOW"]


async def test_an_export_of_a_server_that_stops_says_so(
    service: Mesh, http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, read = itertools.count(1), export_orders.page_of_orders

    async def page_of_orders(session: AsyncSession, **which: Any) -> list[OrderView]:
        if next(pages) == 2:
            stopping.append(asyncio.create_task(service.server.stop(5)))
            await asyncio.wait([stream_end()])
        return await read(session, **which)

    stopping: list[asyncio.Task[None]] = []
    for module in (export_orders, orders):
        monkeypatch.setattr(module, "PAGE_SIZE", 1)
    monkeypatch.setattr(orders, "page_of_orders", page_of_orders)

    assert lines_of(await export(http))[1:] == ["INCOMPLETE,UNAVAILABLE"]
    await asyncio.wait(stopping)


async def test_an_export_that_cannot_begin_is_an_ordinary_error(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "page_of_orders", failing(Unavailable("gone"), at_page=1))

    reply = await export(http)

    assert (reply.status_code, reason_of(reply)) == (503, "UNAVAILABLE")
