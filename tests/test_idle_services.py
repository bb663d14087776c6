"""A service that nobody uses asks its databases a few times a second, and no more."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import Engine, event

import inventory_svc.bootstrap
from chassis.background import Background
from chassis.settings import MeshSettings
from inventory_svc.config import InventorySettings
from order_svc.bootstrap import order_service
from order_svc.config import OrderSettings
from tests.mesh import SECRET
from tests.polling import eventually

# For jobs, the feed and what a crash may have left.
A_SECOND = 3.5
STATEMENTS = 8


@asynccontextmanager
async def order() -> AsyncIterator[Sequence[Background]]:
    async with order_service(OrderSettings(mesh_secret=SECRET)) as service:  # type: ignore[arg-type]
        yield service.background


@asynccontextmanager
async def inventory() -> AsyncIterator[Sequence[Background]]:
    # Nobody listens where it looks for events of orders: that is not what is measured here.
    settings = InventorySettings(mesh_secret=SECRET, order_address="127.0.0.1:1")  # type: ignore[arg-type]
    yield [one for one in inventory_svc.bootstrap.build(settings).background if type(one).__name__ != "FeedConsumer"]


@pytest.mark.parametrize(("package", "service"), [("order_svc", order), ("inventory_svc", inventory)])
async def test_an_idle_service_lets_its_databases_rest(
    databases_of: Callable[[str], Awaitable[Mapping[str, str]]],
    monkeypatch: pytest.MonkeyPatch,
    package: str,
    service: Callable[[], AbstractAsyncContextManager[Sequence[Background]]],
) -> None:
    urls = await databases_of(package)
    monkeypatch.setattr(MeshSettings, "database_url", lambda _settings, name: urls[name])
    asked: list[float] = []

    def note(*_: object) -> None:
        asked.append(time.monotonic())

    def is_at_rest() -> bool:
        return len(asked) > STATEMENTS and asked[-1] - asked[-1 - STATEMENTS] >= STATEMENTS / A_SECOND

    event.listen(Engine, "before_cursor_execute", note)
    async with service() as background:
        for one in background:
            await one.start()
        try:
            await eventually(is_at_rest, timeout_s=20)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
            for one in reversed(background):
                await one.stop()
