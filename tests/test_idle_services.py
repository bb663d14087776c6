"""An idle service queries its databases a few times a second, and does its regular work."""

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
from tests.mesh import SECRET, service_keys
from tests.polling import eventually

# For jobs, the feed and what a crash may have left.
A_SECOND = 3.5
STATEMENTS = 8


@asynccontextmanager
async def order() -> AsyncIterator[Sequence[Background]]:
    async with order_service(OrderSettings(mesh_secret=SECRET, service_keys_dir=service_keys())) as server:  # type: ignore[arg-type]
        yield server.background


@asynccontextmanager
async def inventory() -> AsyncIterator[Sequence[Background]]:
    # Nobody listens where it looks for events of orders: that is not what is measured here.
    settings = InventorySettings(mesh_secret=SECRET, service_keys_dir=service_keys(), order_address="127.0.0.1:1")  # type: ignore[arg-type]
    server = inventory_svc.bootstrap.build(settings).server
    yield [one for one in server.background if type(one).__name__ != "FeedConsumer"]


Service = Callable[[], AbstractAsyncContextManager[Sequence[Background]]]


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[list[tuple[float, str]]]:
    """The statements that databases get meanwhile, each with its time."""
    asked: list[tuple[float, str]] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append((time.monotonic(), statement))

    event.listen(Engine, "before_cursor_execute", note)
    async with service() as background:
        for one in background:
            await one.start()
        try:
            yield asked
        finally:
            event.remove(Engine, "before_cursor_execute", note)
            for one in reversed(background):
                await one.stop()


@pytest.fixture
async def databases(
    databases_of: Callable[[str], Awaitable[Mapping[str, str]]], monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    urls = await databases_of(package)
    monkeypatch.setattr(MeshSettings, "database_url", lambda _settings, name: urls[name])


@pytest.mark.usefixtures("databases")
@pytest.mark.parametrize(("package", "service"), [("order_svc", order), ("inventory_svc", inventory)])
async def test_an_idle_service_lets_its_databases_rest(service: Service) -> None:
    async with running(service) as asked:

        def is_at_rest() -> bool:
            return len(asked) > STATEMENTS and asked[-1][0] - asked[-1 - STATEMENTS][0] >= STATEMENTS / A_SECOND

        await eventually(is_at_rest, timeout_s=20)


PURGES = ["purge_jobs", "purge_responses", "purge_errors", "purge_audit"]
HOLDS = ["AND expire_at <= now()) SELECT order_id FROM due", "UPDATE reservation SET expire_at"]


@pytest.mark.usefixtures("databases")
@pytest.mark.parametrize(
    ("package", "service", "work"),
    [
        ("order_svc", order, [*PURGES, "claim_jobs", "DELETE FROM outbox"]),
        ("inventory_svc", inventory, [*PURGES, "claim_jobs", *HOLDS]),
    ],
    ids=["order_svc", "inventory_svc"],
)
async def test_what_is_done_again_and_again_is_done_from_the_start(service: Service, work: list[str]) -> None:
    async with running(service) as asked:
        await eventually(lambda: not [one for one in work if not any(one in statement for _, statement in asked)])
