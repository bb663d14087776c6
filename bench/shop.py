"""The shop under test: a whole mesh as `make up` starts it, behind an Envoy that can also echo."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx
from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.order.v1 import CreateOrderRequest, PaymentDetails

from bench.front import CREATE_ORDER, ECHO_HEADER, KEYED_HEADER, with_echo
from bench.load import Load, grpc_calls, json_orders
from bench.meters import Meters, prepare
from bench.usage import Processes
from chassis.grpc.channel import open_channel
from chassis.settings import PORTS
from chassis.wire import codec
from deploy.local.front_door import front_door
from deploy.local.plain_http import plain_client
from deploy.local.shop import Shop, lamp
from deploy.local.supervisor import Program
from envoy.config import EnvoySettings
from foundation.socket_dir import socket_dir
from tests.e2e.running_mesh import ROOT, RunningMesh, free_port, running_mesh
from tests.polling import eventually
from tests.rate_limits.files import rate_limits_file

PIECES = 1_000_000_000
PASSWORD = "untold Passw0rd!"
ORDINARY = ("x-bench", "order")
# The folder of the Envoy that takes orders, and of its echo server.
FRONT = "bench-orders"
MODULES = {
    "identity": "identity_svc",
    "inventory": "inventory_svc",
    "order": "order_svc",
    "payment": "order_svc.payment",
}


@dataclass(frozen=True)
class BenchShop:
    """A shop with one product of four items, and a shopper who orders three of them."""

    mesh: RunningMesh
    url: str
    email: str
    product_items: tuple[int, ...]
    processes: Processes
    meters: Meters

    @property
    def postgres_dir(self) -> str:
        return self.mesh.postgres_dir

    async def token(self) -> str:
        """A new token: tokens expire after minutes."""
        async with Shop.client(self.url) as client:
            shopper = await Shop(client).login(self.email, PASSWORD)
        return shopper.headers["authorization"].removeprefix("Bearer ")

    async def over_json(self, *, clients: int, seconds: int, echo: bool = False) -> Load:
        lines = zip(self.product_items, (1, 2, 1), strict=False)
        return await json_orders(
            self.url,
            clients=clients,
            seconds=seconds,
            tokens=[await self.token()],
            baskets=[[{"productItemId": str(item), "quantity": quantity} for item, quantity in lines]],
            header=ECHO_HEADER if echo else ORDINARY,
        )

    async def over_grpc(self, *, clients: int, seconds: int, echo: bool = False) -> Load:
        name, value = ECHO_HEADER if echo else KEYED_HEADER
        headers = {"authorization": f"Bearer {await self.token()}", name: value}
        return await grpc_calls(
            self.url, CREATE_ORDER, self.order_message(), clients=clients, seconds=seconds, headers=headers
        )

    def order_message(self) -> bytes:
        """The serialised order, without a request id: Envoy gives each call a key, as h2load sends the same bytes."""
        return order_message(self.product_items)


def order_message(product_items: tuple[int, ...]) -> bytes:
    lines = zip(product_items, (1, 2, 1), strict=False)
    request = CreateOrderRequest(
        currency_code="USD",
        items=[OrderLine(product_item_id=str(item), quantity=quantity) for item, quantity in lines],
        payment=PaymentDetails(method=PaymentMethod.CARD, token="tok_ok"),
    )
    return codec(CreateOrderRequest).encode(request)


@asynccontextmanager
async def bench_shop(data_dir: Path) -> AsyncIterator[BenchShop]:
    """Starts the shop, and stops it in the end."""
    prepare(data_dir)
    # The settings of `make up`, except for the numbers of the limits that would stop such a load.
    with running_mesh(data_dir, {"RATE_LIMITS_FILE": rate_limits_file(data_dir)}) as mesh:
        async with Shop.client(mesh.url) as client:
            items, email, reply = await _stock(mesh, client)
        front = data_dir / FRONT
        async with echoing(mesh, front, CREATE_ORDER, reply) as (url, envoy):
            groups = {name: mesh.pids_of(module) for name, module in MODULES.items()} | {"envoy": [envoy]}
            yield BenchShop(mesh, url, email, items, Processes(groups, mesh.postgres_pid), Meters(mesh, front))


@asynccontextmanager
async def echoing(mesh: RunningMesh, folder: Path, method: str, reply: bytes) -> AsyncIterator[tuple[str, int]]:
    """An Envoy in front of the mesh that can also echo `reply` to calls of `method`; yields its URL and pid."""
    http_port = free_port()
    with _echo(folder, reply, mesh.tls_dir) as echo_port, _envoy(mesh, folder, http_port, echo_port, method) as envoy:
        url = f"http://127.0.0.1:{http_port}"
        await eventually(lambda: _healthy(url), timeout_s=30)
        yield url, envoy


async def _stock(mesh: RunningMesh, client: httpx.AsyncClient) -> tuple[tuple[int, ...], str, bytes]:
    """Makes a product and a shopper, who orders once: the reply is used for the echo."""
    admin = await Shop(client).login("admin@example.com", "Admin123!")
    product = await admin.create_product(lamp("bench", colours=["black", "white"], sizes=["S", "L"], pieces=PIECES))
    items = tuple(int(item["id"]) for item in product["productItems"][:3])
    email = f"{uuid.uuid4().hex}@example.com"
    await Shop(client).register(email, PASSWORD, "A shopper")
    shopper = await Shop(client).login(email, PASSWORD)
    async with open_channel(mesh.http_address) as channel:
        create_order: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(CREATE_ORDER)
        reply: bytes = await create_order(
            order_message(items),
            metadata=(("authorization", shopper.headers["authorization"]), ("idempotency-key", "first")),
            timeout=15,
        )
    return items, email, reply


@contextmanager
def _echo(folder: Path, reply: bytes, tls_dir: Path | None) -> Iterator[int]:
    folder.mkdir()
    (folder / "echo").write_bytes(reply)
    port = free_port()
    arguments = [str(port), str(folder / "echo"), *([str(tls_dir)] if tls_dir else [])]
    echo = Program(name="echo", command=[sys.executable, "-m", "bench.echo", *arguments])
    with _running(echo, folder / "echo.log"):
        yield port


@contextmanager
def _envoy(mesh: RunningMesh, folder: Path, http_port: int, echo_port: int, method: str) -> Iterator[int]:
    addresses: dict[str, Any] = {f"{service}_address": mesh.address(service) for service in PORTS}
    settings = EnvoySettings(
        http_port=http_port,
        envoy_socket_dir=socket_dir(folder / "sockets", "admin.sock"),
        rate_limits_file=Path(rate_limits_file(folder)),
        tls_dir=mesh.tls_dir,
        **addresses,
    )
    program = front_door(settings, folder)
    (folder / "envoy.yaml").write_text(with_echo(settings, echo_port, [method]), encoding="utf-8")
    with _running(program, folder / "envoy.log") as pid:
        yield pid


@contextmanager
def _running(program: Program, log: Path) -> Iterator[int]:
    with log.open("wb") as output:
        process = subprocess.Popen(program.bound, cwd=ROOT, stdout=output, stderr=output)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _healthy(url: str) -> bool:
    async with plain_client() as client:
        try:
            return (await client.get(f"{url}/healthz")).is_success
        except httpx.HTTPError:
            return False
