"""SQL in what filters a list finds nothing more; tests/security/test_every_field.py sends it in every other text."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.security.attackers import a_shopper, an_item

ALWAYS_TRUE = (
    "' OR '1'='1",
    "' OR 1=1 --",
    "%' OR '%'='",
    '" OR ""="',
    "') OR ('1'='1",
    "x' UNION SELECT * FROM orders --",
)
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
LISTS = {
    "orders": ("/api/v1/orders", "filter", "orders"),
    "products": ("/api/v1/products", "query", "products"),
    "users": ("/api/v1/admin/users", "emailPrefix", "users"),
}


async def tables(mesh: RunningMesh) -> dict[str, Any]:
    found = {}
    for name in ("easyorder_identity", "easyorder_inventory_read", "easyorder_order_read", "easyorder_order_write"):
        async with mesh.database(name) as database:
            found[name] = await database.fetchval(TABLES)
    return found


@pytest.mark.parametrize("text", [*ALWAYS_TRUE, "'; DROP TABLE orders; --", "'; SELECT pg_sleep(30); --"])
@pytest.mark.parametrize("kind", LISTS)
async def test_a_list_shows_nothing_more(
    mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop, kind: str, text: str
) -> None:
    (owner, _), (other, _) = await a_shopper(http), await a_shopper(http)
    await owner.order({await an_item(admin): 1}, "tok_ok")
    path, parameter, name = LISTS[kind]
    headers = admin.headers if kind == "users" else other.headers
    before = await tables(mesh)

    answer = await http.get(path, params={parameter: text}, headers=headers, timeout=10)

    assert answer.status_code in (200, 400), answer.text
    assert answer.json().get(name, []) == []
    assert await tables(mesh) == before
