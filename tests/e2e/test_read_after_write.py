"""What was just created is found by its id over JSON, by others than its maker and without any header."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import asyncpg
import httpx

from deploy.local.shop import Shop, lamp
from tests.e2e.running_mesh import RunningMesh
from tests.e2e.test_bad_input import an_order
from tests.polling import eventually


@asynccontextmanager
async def held_up(mesh: RunningMesh, database: str, table: str) -> AsyncIterator[asyncpg.Connection]:
    """For the block, the table can be read, but the projector cannot write to it."""
    async with mesh.database(database) as connection, connection.transaction():
        await connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield connection


async def is_held_up(reading: asyncio.Future[Any], connection: asyncpg.Connection) -> bool:
    """Whether the projector waits for the lock, and nobody has got an answer half a second later."""
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    await eventually(lambda: connection.fetchval(waiting))
    return not (await asyncio.wait([reading], timeout=0.5))[0]


async def test_a_new_product_is_found_by_anybody(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    async with held_up(mesh, "easyorder_inventory_read", "product") as connection:
        product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=3))
        path = f"/api/v1/products/{product['id']}"
        reading = asyncio.gather(http.get(path), http.get(f"{path}/inventory"))
        assert await is_held_up(reading, connection)
    found, stock = await reading

    assert (found.status_code, found.json()["id"]) == (200, product["id"])
    assert (stock.status_code, len(stock.json()["items"])) == (200, 1)


async def test_a_new_order_is_found_by_an_administrator(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=3))
    (item,) = product["productItems"]

    async with held_up(mesh, "easyorder_order_read", "orders") as connection:
        order = await shopper.order({item["id"]: 1}, "tok_ok")
        path = f"/api/v1/orders/{order['id']}"
        reading = asyncio.gather(*(http.get(f"{path}{part}", headers=admin.headers) for part in ("", "/status")))
        assert await is_held_up(reading, connection)
    found, status = await reading

    assert (found.status_code, found.json()["id"]) == (200, order["id"])
    assert status.status_code == 200
    stranger = await http.get(f"/api/v1/orders/{'a' * 26}", headers=admin.headers)
    assert (stranger.status_code, stranger.json()["details"][0]["reason"]) == (404, "ORDER_NOT_FOUND")


async def test_what_the_projection_does_not_bring_in_time_is_asked_for_again_later(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop
) -> None:
    async with held_up(mesh, "easyorder_inventory_read", "product"):
        product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=3))
        late = await http.get(f"/api/v1/products/{product['id']}")

    assert (late.status_code, late.json()["details"][0]["reason"]) == (503, "UNAVAILABLE")
    assert late.headers["retry-after"] == "1"
    assert (await admin.stock(product["id"])).keys() == {product["productItems"][0]["sku"]}


async def test_a_list_waits_for_the_write_of_somebody_else_whose_position_it_is_given(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, shopper: Shop
) -> None:
    product = await admin.create_product(lamp(uuid.uuid4().hex[:8], colours=["red"], sizes=["S"], pieces=3))
    order = an_order(product["productItems"][0]["id"])

    async with held_up(mesh, "easyorder_order_read", "orders") as connection:
        headers = shopper.headers | {"x-easyorder-position": "?"}
        placed = await http.post("/api/v1/orders", json=order, headers=headers)
        position = placed.headers["x-easyorder-position"]
        headers = admin.headers | {"x-easyorder-position": position}
        listing = asyncio.gather(http.get("/api/v1/admin/orders", headers=headers))
        assert await is_held_up(listing, connection)
    (listed,) = await listing

    assert placed.json()["id"] in [order["id"] for order in listed.json()["orders"]]
    # The number of a transaction would tell how many there were since the last one.
    assert not position.isdigit()


async def test_a_list_says_until_when_it_has_everything(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop
) -> None:
    async def listed() -> tuple[datetime, set[str]]:
        page = (await http.get("/api/v1/products", params={"query": run})).json()
        return datetime.fromisoformat(page["readTime"]), {product["id"] for product in page.get("products", [])}

    run = uuid.uuid4().hex[:8]
    async with held_up(mesh, "easyorder_inventory_read", "product") as connection:
        product = await admin.create_product(lamp(run, colours=["red"], sizes=["S"], pieces=3))
        created_at = await connection.fetchval("SELECT clock_timestamp()")
        read_time, found = await listed()
        assert (read_time < created_at, found) == (True, set())

    async def has_everything() -> bool:
        read_time, found = await listed()
        return read_time >= created_at and found == {product["id"]}

    await eventually(has_everything, timeout_s=20)


async def test_every_list_of_the_read_side_has_a_read_time(http: httpx.AsyncClient, admin: Shop) -> None:
    paths = (
        "products",
        "orders",
        "admin/orders",
        "admin/incentives",
        "admin/inventory",
        "admin/inventory?lowStockOnly=true",
    )
    pages = [await http.get(f"/api/v1/{path}", headers=admin.headers) for path in paths]

    assert {path for path, page in zip(paths, pages, strict=True) if "readTime" not in page.json()} == set()
