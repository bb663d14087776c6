"""The wiring of each service schedules all regular work, with the right intervals and settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from chassis.job_runner import JobRunner
from chassis.settings import MeshSettings
from identity_svc.bootstrap import identity
from inventory_svc.bootstrap import build
from inventory_svc.config import InventorySettings
from order_svc.bootstrap import order_service
from order_svc.config import OrderSettings
from tests.identity_svc.identity_process import OnDatabase
from tests.mesh import SECRET, service_keys
from tests.polling import eventually

HOUR_S = 3600
Scheduled = dict[str, tuple[float, partial[Any]]]


@pytest.fixture
def scheduled(monkeypatch: pytest.MonkeyPatch) -> Scheduled:
    """The work by its name, with the seconds between two times."""
    found: Scheduled = {}

    def every(_runner: JobRunner, seconds: float, work: Any) -> None:
        work = work if isinstance(work, partial) else partial(work)
        found[work.func.__qualname__] = seconds, work

    monkeypatch.setattr(JobRunner, "every", every)
    return found


async def test_order_svc_purges_its_tables_and_its_events(
    scheduled: Scheduled, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_database(_: object) -> bytes:
        return bytes(16)

    monkeypatch.setattr("order_svc.bootstrap.shop_key", no_database)
    settings = OrderSettings.model_validate(
        {"mesh_secret": SECRET, "service_keys_dir": service_keys(), "events_kept_days": 7}
    )

    async with order_service(settings):
        pass

    hourly = {"purge": HOUR_S, "Feed.purge": HOUR_S, "Webhooks.purge": HOUR_S}
    regular = {**hourly, "PaymentComparisons.plan": 300}
    assert {name: seconds for name, (seconds, _) in scheduled.items()} == regular
    assert kept_by(scheduled) is settings
    assert scheduled["Feed.purge"][1].keywords == {"older_than": timedelta(days=7)}


async def test_inventory_svc_reaps_sweeps_and_purges(scheduled: Scheduled) -> None:
    settings = InventorySettings.model_validate(
        {"mesh_secret": SECRET, "service_keys_dir": service_keys(), "reservation_reap_s": 2}
    )

    await build(settings).server.background[0].stop()

    assert {name: seconds for name, (seconds, _) in scheduled.items()} == {
        "HoldReaper.reap": 2,
        "HoldReaper.sweep": 30,
        "purge": HOUR_S,
    }
    assert kept_by(scheduled) is settings


def kept_by(scheduled: Scheduled) -> MeshSettings:
    """The settings that say how long rows are kept."""
    _, settings = scheduled["purge"][1].args
    assert isinstance(settings, MeshSettings)
    return settings


async def test_identity_svc_forgets_and_purges(
    databases_of: Callable[[str], Awaitable[Mapping[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    purged: list[object] = []

    async def purge(_engine: object, settings: object) -> None:
        purged.append(settings)

    monkeypatch.setattr("identity_svc.bootstrap.purge", purge)
    settings = OnDatabase(database=(await databases_of("identity_svc"))["easyorder_identity"])

    async with identity(settings) as server:
        for work in server.background:
            await work.start()
        await eventually(lambda: purged == [settings])
        for work in reversed(server.background):
            await work.stop()
