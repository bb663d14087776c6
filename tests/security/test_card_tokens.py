"""Card tokens are erased from jobs after the charge, and ListJobs never shows them."""

from __future__ import annotations

import httpx

from deploy.local.shop import Shop
from tests.e2e.running_mesh import RunningMesh
from tests.polling import eventually
from tests.security.attackers import a_shopper, an_item, an_order

DATABASES = ("easyorder_order_write", "easyorder_order_read", "easyorder_payment")


async def test_no_operator_sees_one_and_none_is_left(mesh: RunningMesh, http: httpx.AsyncClient, admin: Shop) -> None:
    item = await an_item(admin)
    shopper, _ = await a_shopper(http)
    token = "tok_flaky_1"
    body = an_order(item, payment={"method": "PAYMENT_METHOD_CARD", "token": token})
    order = (await http.post("/api/v1/orders", json=body, headers=shopper.headers)).json()

    async def is_paid() -> bool:
        jobs = await http.get("/api/v1/admin/ops/order/jobs", params={"pageSize": 50}, headers=admin.headers)
        assert token not in jobs.text
        status = (await http.get(f"/api/v1/orders/{order['id']}", headers=shopper.headers)).json()["status"]
        return bool(status == "ORDER_STATUS_PAID")

    await eventually(is_paid, timeout_s=20)
    await eventually(lambda: _is_gone(mesh, token), timeout_s=10)


async def _is_gone(mesh: RunningMesh, token: str) -> bool:
    """Whether no row of any table has the text in it."""
    for name in DATABASES:
        async with mesh.database(name) as database:
            tables = await database.fetch(
                "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'"
            )
            for table in tables:
                query = f"SELECT EXISTS (SELECT FROM {table['name']} AS t WHERE strpos(CAST(t AS text), $1) > 0)"
                if await database.fetchval(query, token):
                    return False
    return True
