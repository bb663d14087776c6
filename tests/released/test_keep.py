"""The mesh of this version can be archived as a release."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from order_svc.order_ids import OrderIds
from tests.released.keep import DATABASES, main
from tests.released.release import Release


@pytest.mark.soak
@pytest.mark.timeout(240)
async def test_this_version_can_be_kept(tmp_path: Path) -> None:
    await asyncio.to_thread(main, tmp_path)

    kept = Release(tmp_path)
    assert kept.databases == sorted(f"easyorder_{name}" for name in DATABASES)
    assert {"PENDING", "CONFIRMED", "PAID", "FAILED", "SHIPPED", "DELIVERED", "CANCELLED"} <= kept.orders.keys()
    assert kept.mesh_secret
    assert kept.contract_pool().FindServiceByName("easyorder.order.v1.OrderService")
    numbers, ids = kept.orders, kept.ids(OrderIds(bytes(16)))
    assert all(number.isdecimal() for number in numbers.values())
    assert numbers.keys() == ids.keys()
    assert not set(numbers.values()) & set(ids.values())
