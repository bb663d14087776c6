"""The views and actions of administrators over JSON, at each service; all other callers are refused."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.shop import Shop
from deploy.verify_audit import PACKAGES
from tests.alert_servers import Receiver
from tests.e2e import invariants
from tests.e2e.running_mesh import ROOT, RunningMesh
from tests.e2e.test_shopping import a_stocked_product
from tests.polling import eventually

# The database that each has its jobs in.
SERVICES = {
    "identity": "easyorder_identity",
    "inventory": "easyorder_inventory_write",
    "order": "easyorder_order_write",
}
LISTS = ("jobs", "errors", "audit", "stats")


async def get(http: httpx.AsyncClient, admin: Shop, path: str, **parameters: Any) -> dict[str, Any]:
    answer = await http.get(f"/api/v1/admin/ops/{path}", params=parameters, headers=admin.headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def a_dead_job(database: asyncpg.Connection, key: str, *, kind: str = "unknown") -> int:
    """A job that was given up, of a kind that nobody runs."""
    job_id: int = await database.fetchval(
        "INSERT INTO job (id, kind, key, payload, state, attempts, due_at, last_error) "
        "VALUES (nextval('job_hilo') * 1000, $2, $1, '{\"order_id\": 7}', 'DEAD', 3, now(), 'hopeless') "
        "RETURNING id",
        key,
        kind,
    )
    return job_id


@pytest.mark.parametrize("service", [*SERVICES, "payment"])
async def test_each_service_tells_how_it_does(http: httpx.AsyncClient, admin: Shop, service: str) -> None:
    stats = await get(http, admin, f"{service}/stats")

    assert stats["service"] == service
    assert stats["figures"]["process_memory_bytes"] > 1_000_000
    assert set(stats["jobs"]) == {f"JOB_STATE_{state}" for state in ("DEAD", "READY", "RUNNING", "DISCARDED", "DONE")}
    for name in ("jobs", "errors", "audit"):
        await get(http, admin, f"{service}/{name}", pageSize=5)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_dead_job_is_seen_brought_back_and_given_up(
    http: httpx.AsyncClient, mesh: RunningMesh, admin: Shop, service: str
) -> None:
    async with mesh.database(SERVICES[service]) as database:
        job_id = await a_dead_job(database, f"{service}-1")
    path = f"{service}/jobs"

    dead = await get(http, admin, path, state="JOB_STATE_DEAD")
    assert [(job["id"], job["state"], job["lastError"]) for job in dead["jobs"] if job["id"] == str(job_id)] == [
        (str(job_id), "JOB_STATE_DEAD", "hopeless")
    ]
    retried = await http.post(f"/api/v1/admin/ops/{path}/{job_id}:retry", json={}, headers=admin.headers)
    assert (retried.status_code, retried.json()["state"]) == (200, "JOB_STATE_READY")
    discarded = await http.post(
        f"/api/v1/admin/ops/{path}/{job_id}:discard", json={"reason": "done by hand"}, headers=admin.headers
    )
    assert (discarded.json()["state"], discarded.json()["discardReason"]) == ("JOB_STATE_DISCARDED", "done by hand")

    async def audited() -> list[tuple[str, str]]:
        entries = (await get(http, admin, f"{service}/audit"))["entries"]
        return [(e["action"], e.get("detail", "")) for e in entries if e["resource"] == f"{service}/{job_id}"]

    await eventually(lambda: _is(audited, [("DiscardJob", "done by hand"), ("RetryJob", "")]))


async def test_the_audit_is_filtered_exported_and_verified(
    http: httpx.AsyncClient, mesh: RunningMesh, admin: Shop
) -> None:
    """As docs/operations.md shows."""
    email = f"{uuid.uuid4().hex}@example.com"
    ada = await Shop(http).register(email, "untold Passw0rd!", "Ada")
    shopper = await Shop(http).login(email, "untold Passw0rd!")
    refused = await http.post(f"/api/v1/admin/users/{ada['id']}:disable", json={}, headers=shopper.headers)
    disabled = await http.post(f"/api/v1/admin/users/{ada['id']}:disable", json={}, headers=admin.headers)
    assert (refused.status_code, disabled.status_code) == (403, 200)

    async def audited() -> list[dict[str, Any]]:
        return list((await get(http, admin, "identity/audit", resource=ada["id"], action="DisableUser"))["entries"])

    await eventually(lambda: _is(lambda: _outcomes(audited), ["OK", "PERMISSION_DENIED"]))
    done, attempt = await audited()
    assert (attempt["actor"], attempt["address"], bool(attempt["sessionId"])) == (ada["id"], "127.0.0.1", True)
    assert done["changes"] == [{"field": "disabled", "before": "false", "after": "true"}]
    path = "/api/v1/admin/ops/identity/audit:export"
    export = await http.get(path, params={"actor": ada["id"], "failedOnly": True}, headers=admin.headers)
    assert export.headers["content-type"].startswith("text/csv"), export.text
    assert export.headers["content-disposition"] == 'attachment; filename="audit_identity.csv"'
    assert [line.split(",")[6:9] for line in export.text.splitlines()[1:]] == [
        ["DisableUser", ada["id"], "PERMISSION_DENIED"]
    ]
    code, printed = verify(mesh)
    assert code == 0, printed
    assert [line.partition(":")[0] for line in printed.splitlines() if "as they were" in line] == [*PACKAGES]


def verify(mesh: RunningMesh) -> tuple[int, str]:
    """What the command ends with, and what it prints."""
    command = [sys.executable, "-m", "deploy.verify_audit"]
    ended = subprocess.run(command, cwd=ROOT, env=mesh.environment, capture_output=True, encoding="utf-8", check=False)
    return ended.returncode, ended.stdout + ended.stderr


async def _outcomes(audited: Callable[[], Awaitable[list[dict[str, Any]]]]) -> list[str]:
    return [entry["outcome"] for entry in await audited()]


@pytest.mark.reaches("JOB_NOT_DISCARDABLE")
async def test_a_charge_is_not_discarded_but_stopped_with_its_order(
    http: httpx.AsyncClient, mesh: RunningMesh, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    order_id = (await shopper.order({counter.ids[0]: 1}, "tok_down"))["id"]
    about = f'"order_id": {(await invariants.order_ids(mesh)).order_number(order_id)},'
    (charge,) = [job for job in (await get(http, admin, "order/jobs"))["jobs"] if about in job["payload"]]

    refused = await http.post(
        f"/api/v1/admin/ops/order/jobs/{charge['id']}:discard", json={"reason": "paid by cheque"}, headers=admin.headers
    )

    assert (charge["kind"], refused.status_code) == ("charge", 400), refused.text
    assert refused.json()["details"][0]["reason"] == "JOB_NOT_DISCARDABLE"
    assert "cancel the order" in refused.json()["message"]
    assert (await shopper.get_order(order_id))["status"] == "ORDER_STATUS_CONFIRMED"
    assert (await shopper.cancel(order_id, "paid by cheque"))["status"] == "ORDER_STATUS_CANCELLED"


@pytest.mark.reaches("JOB_DISCARDED")
async def test_a_charge_that_a_change_replaced_is_not_run_again(
    http: httpx.AsyncClient, mesh: RunningMesh, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    order_id = (await shopper.order({counter.ids[0]: 1}, "tok_slow_1000"))["id"]
    about = f'"order_id": {(await invariants.order_ids(mesh)).order_number(order_id)},'
    (charge,) = [job for job in (await get(http, admin, "order/jobs"))["jobs"] if about in job["payload"]]
    two = {"items": [{"productItemId": str(counter.ids[0]), "quantity": 2}]}
    changed = await http.put(f"/api/v1/orders/{order_id}", json=two, headers=shopper.headers)
    assert changed.status_code == 200, changed.text

    refused = await http.post(f"/api/v1/admin/ops/order/jobs/{charge['id']}:retry", json={}, headers=admin.headers)

    assert (refused.status_code, refused.json()["details"][0]["reason"]) == (400, "JOB_DISCARDED"), refused.text
    assert "what replaces this job" in refused.json()["message"]

    async def paid() -> bool:
        return bool((await shopper.get_order(order_id))["status"] == "ORDER_STATUS_PAID")

    await eventually(paid)
    async with mesh.database("easyorder_payment") as ledger:
        net = await ledger.fetchval(
            "SELECT sum(CASE kind WHEN 'CHARGE' THEN amount WHEN 'REFUND' THEN -amount ELSE 0 END) "
            "FROM ledger_entry WHERE order_id = $1",
            (await invariants.order_ids(mesh)).order_number(order_id),
        )
    assert float(net) == float(changed.json()["totalAmount"]["units"])


@pytest.mark.parametrize(
    ("service", "kind"),
    [("inventory", "confirm_availability"), ("order", "restock"), ("order", "release_stock")],
)
async def test_a_dead_job_that_money_or_stock_depends_on_is_not_discarded(
    http: httpx.AsyncClient, mesh: RunningMesh, admin: Shop, service: str, kind: str
) -> None:
    async with mesh.database(SERVICES[service]) as database:
        job_id = await a_dead_job(database, "needed", kind=kind)
        refused = await http.post(
            f"/api/v1/admin/ops/{service}/jobs/{job_id}:discard", json={"reason": "no use"}, headers=admin.headers
        )
        state = await database.fetchval("DELETE FROM job WHERE id = $1 RETURNING state", job_id)

    assert (refused.status_code, state) == (400, "DEAD"), refused.text
    assert refused.json()["details"][0]["reason"] == "JOB_NOT_DISCARDABLE"


async def test_a_payment_that_is_given_up_is_audited_and_alerts_administrators(
    http: httpx.AsyncClient, mesh: RunningMesh, alerts: Receiver, admin: Shop, shopper: Shop
) -> None:
    counter = await a_stocked_product(admin)
    order = await shopper.order({counter.ids[0]: 1}, "tok_down")
    number = (await invariants.order_ids(mesh)).order_number(order["id"])
    about = f"payment of order {number} was given up"

    async def alerted() -> bool:
        return any(json.loads(body)["summary"].startswith(about) for _, body in alerts.requests)

    await eventually(alerted, timeout_s=20)
    entries = (await get(http, admin, "order/audit"))["entries"]
    assert ("GiveUpPayment", str(number), "GIVEN_UP") in [(e["action"], e["resource"], e["outcome"]) for e in entries]
    assert (await shopper.get_order(order["id"]))["status"] == "ORDER_STATUS_FAILED"


@pytest.mark.reaches("JOB_NOT_FOUND")
async def test_a_job_that_is_not_there_is_not_found(http: httpx.AsyncClient, admin: Shop) -> None:
    answer = await http.post("/api/v1/admin/ops/order/jobs/1:retry", json={}, headers=admin.headers)

    assert (answer.status_code, answer.json()["details"][0]["reason"]) == (404, "JOB_NOT_FOUND")


@pytest.mark.reaches("UNAUTHENTICATED")
async def test_shoppers_and_strangers_see_nothing(http: httpx.AsyncClient, shopper: Shop) -> None:
    for service in SERVICES:
        for name in LISTS:
            path = f"/api/v1/admin/ops/{service}/{name}"
            assert (await http.get(path)).status_code == 401
            assert (await http.get(path, headers=shopper.headers)).status_code == 403


async def _is(read: Any, expected: object) -> bool:
    return await read() == expected
