"""One database after the other is put back to an earlier moment, and `easyorder reconcile` makes the books agree."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e import invariants
from tests.e2e.conftest import SETTINGS, a_shopper
from tests.e2e.put_back import dumped, mended, put_back, reconciled
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_after_sales import PARCEL, call
from tests.e2e.test_books import in_cash, line, priced
from tests.folders import data_folder
from tests.polling import eventually

pytestmark = pytest.mark.soak
WRITTEN = ("easyorder_inventory_write", "easyorder_order_write", "easyorder_payment")
_REACHED = ("ORDER_STATUS_PAID", "ORDER_STATUS_FAILED")


@pytest.fixture(scope="module")
def mesh() -> Iterator[RunningMesh]:
    """One of its own: others would see its databases vanish."""
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS | {"UNPLACED_HOLD_S": "5"}) as running:
        yield running


@pytest.fixture
async def http(mesh: RunningMesh) -> AsyncIterator[httpx.AsyncClient]:
    async with Shop.client(mesh.url) as client:
        yield client


class Day:
    """A shop whose orders go all ways, and half of each before a moment, half after it."""

    def __init__(self, http: httpx.AsyncClient, admin: Shop, shopper: Shop, item: str) -> None:
        self._http, self._admin, self._shopper, self._item = http, admin, shopper, item
        self._early: list[str] = []

    async def morning(self) -> None:
        self._early = list(await asyncio.gather(*(self._paid() for _ in range(6)), *(self._cash() for _ in range(4))))

    async def afternoon(self) -> None:
        paid, cash = self._early[:6], self._early[6:]
        await self._shopper.cancel(paid[0], "too late")
        await self._refund(paid[1], amount={"currencyCode": "USD", "units": "1"})
        await self._refund(paid[2], items=[line(self._item, 1)])
        await self._ship(paid[3])
        await self._refund(paid[3], items=[line(self._item, 1)])
        await self._shopper.cancel(cash[0], "too late")
        await call(self._http, self._shopper, "PUT", f"/orders/{cash[1]}", {"items": [line(self._item, 3)]})
        await call(self._http, self._shopper, "PUT", f"/orders/{cash[2]}", {"items": [line(self._item, 1)]})
        late = await asyncio.gather(self._paid(), self._paid(), self._paid("tok_declined"), self._cash(), self._paid())
        await self._shopper.cancel(late[0], "too late")
        await self._refund(late[1], items=[line(self._item, 2)])

    async def _paid(self, token: str = "tok_ok") -> str:
        id: str = (await self._shopper.order({self._item: 2}, token))["id"]
        await eventually(lambda: self._is_decided(id), timeout_s=20)
        return id

    async def _is_decided(self, id: str) -> bool:
        return (await self._shopper.get_order(id))["status"] in _REACHED

    async def _cash(self) -> str:
        id: str = (await call(self._http, self._shopper, "POST", "/orders", in_cash([line(self._item, 2)])))["id"]
        return id

    async def _ship(self, id: str) -> None:
        async def shipped() -> bool:
            body = {"shipment": PARCEL}
            answer = await self._http.post(f"/api/v1/admin/orders/{id}:ship", json=body, headers=self._admin.headers)
            return answer.status_code == 200

        await eventually(shipped, timeout_s=20)

    async def _refund(self, id: str, **what: object) -> None:
        body = {"reason": "returned", "requestId": uuid.uuid4().hex, **what}
        await call(self._http, self._admin, "POST", f"/admin/orders/{id}:refund", body)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("database", WRITTEN)
async def test_a_database_that_was_put_back_agrees_again(
    http: httpx.AsyncClient, mesh: RunningMesh, database: str
) -> None:
    admin = await Shop(http).login("admin@example.com", "Admin123!")
    shopper = await a_shopper(http)
    _, [item] = await priced(admin, "10.00")
    day = Day(http, admin, shopper, item)
    await day.morning()
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=30)
    assert await reconciled(mesh) == []
    dump = await asyncio.to_thread(dumped, mesh, database)
    await day.afternoon()
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=30)
    await invariants.check(mesh, restored=True)
    await put_back(mesh, database, dump)

    found = await reconciled(mesh)
    assert found != []
    assert await reconciled(mesh) == found, "a dry run changes nothing"
    tried = await mended(mesh)

    assert {one["number"] for one in found} <= {one["number"] for one in tried}
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=30)
    await invariants.check(mesh, restored=True)
    ordered = await shopper.order({item: 1}, "tok_ok")
    await eventually(lambda: _is_paid(shopper, ordered["id"]), timeout_s=20)
    await eventually(lambda: invariants.at_rest(mesh), timeout_s=30)
    await invariants.check(mesh, restored=True)


async def _is_paid(shopper: Shop, id: str) -> bool:
    return bool((await shopper.get_order(id))["status"] == "ORDER_STATUS_PAID")
