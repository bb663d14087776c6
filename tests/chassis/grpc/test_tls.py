"""Mutual TLS: both sides prove who they are, and certificates are replaced while calls go on."""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from cryptography import x509
from easyorder.order.v1 import GetOrderRequest

from chassis.background import passes
from chassis.errors import Unavailable
from chassis.grpc.clients import Client
from chassis.grpc.tls import Tls
from deploy.local.certificates import Authority
from tests.chassis.grpc.orders import GET_ORDER, OrderApi, orders
from tests.mesh import Mesh
from tests.polling import eventually

NAMES = ("order", "inventory")
HOUR = timedelta(hours=1)
SERVER = """
import asyncio, sys
from pathlib import Path

import grpc

from chassis.grpc.tls import Tls

async def serve():
    server = grpc.aio.server()
    print(server.add_secure_port("127.0.0.1:0", Tls(Path(sys.argv[1]), "order").server_credentials()), flush=True)
    await server.start()
    await server.wait_for_termination()

asyncio.run(serve())
"""


def certificates(folder: Path, *, life: timedelta = HOUR) -> Authority:
    made = Authority(folder, NAMES, life=life)
    made.issue(datetime.now(UTC))
    return made


@asynccontextmanager
async def order_svc(folder: Path) -> AsyncIterator[Mesh]:
    async with orders(OrderApi(), tls=Tls(folder, "order")) as mesh:
        yield mesh


async def is_served(mesh: Mesh, tls: Tls | None, name: str = "order") -> bool:
    client = Client(mesh.address, name, token=mesh.tokens.user(), tls=tls)
    try:
        await client.call(GET_ORDER, GetOrderRequest(id="1"), timeout_s=0.5)
    except Unavailable:
        return False
    finally:
        await client.close()
    return True


async def test_a_certificate_of_the_authority_is_let_in(tmp_path: Path) -> None:
    certificates(tmp_path)

    async with order_svc(tmp_path) as mesh:
        assert await is_served(mesh, Tls(tmp_path, "inventory"))


async def test_without_a_certificate_of_the_authority_nobody_is(tmp_path: Path) -> None:
    own, foreign, old = (tmp_path / name for name in ("own", "foreign", "old"))
    authority = certificates(own)
    certificates(foreign)
    # They trust the right authority.
    old.mkdir()
    for folder in (foreign, old):
        (folder / "ca.pem").write_bytes((own / "ca.pem").read_bytes())

    async with order_svc(own) as mesh:
        assert not await is_served(mesh, None)
        assert not await is_served(mesh, Tls(foreign, "inventory"))
        authority.write(old / "inventory.pem", "inventory", datetime.now(UTC), -timedelta(seconds=1))
        assert not await is_served(mesh, Tls(old, "inventory"))
        assert await is_served(mesh, Tls(own, "inventory"))


async def test_a_clock_that_is_set_back_ends_no_certificate(tmp_path: Path) -> None:
    Authority(tmp_path, NAMES, life=HOUR).issue(datetime.now(UTC) + 2 * HOUR)

    async with order_svc(tmp_path) as mesh:
        assert await is_served(mesh, Tls(tmp_path, "inventory"))


async def test_a_server_with_another_name_or_of_another_authority_is_not_called(tmp_path: Path) -> None:
    certificates(tmp_path / "own")
    certificates(tmp_path / "other")

    async with order_svc(tmp_path / "own") as mesh:
        assert not await is_served(mesh, Tls(tmp_path / "own", "inventory"), name="inventory")
        assert not await is_served(mesh, Tls(tmp_path / "other", "inventory"))


async def test_replaced_certificates_are_used_and_no_call_fails(tmp_path: Path) -> None:
    life = timedelta(seconds=5)
    authority = certificates(tmp_path, life=life)
    first = x509.load_pem_x509_certificate((tmp_path / "order.pem").read_bytes())
    ended = asyncio.Event()

    async def keep_current() -> None:
        while not ended.is_set():
            authority.issue(datetime.now(UTC))
            await passes(ended, within_s=0.2)

    async def call(client: Client) -> int:
        calls = 0
        while not ended.is_set():
            await client.call(GET_ORDER, GetOrderRequest(id="1"))
            calls += 1
        return calls

    async with order_svc(tmp_path) as mesh, asyncio.TaskGroup() as group:
        group.create_task(keep_current())
        inventory = Tls(tmp_path, "inventory")
        client = Client(mesh.address, "order", token=mesh.tokens.user(), tls=inventory)
        calling = group.create_task(call(client))

        async def has_expired() -> bool:
            return first.not_valid_after_utc < datetime.now(UTC)

        await eventually(has_expired, timeout_s=10)
        await eventually(lambda: is_served(mesh, inventory), timeout_s=10)
        ended.set()
        assert await calling > 100
        await client.close()


def test_a_process_without_a_certificate_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="EASYORDER_TLS_DIR"):
        Tls(tmp_path, "order")


def test_handshakes_at_once_while_certificates_are_replaced_leave_the_server_alive(tmp_path: Path) -> None:
    authority = certificates(tmp_path)
    ended = threading.Event()
    client = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    client.load_cert_chain(tmp_path / "inventory.pem")
    client.set_alpn_protocols(["h2"])
    # In a process of its own: what is tested may end it.
    with Popen([sys.executable, "-c", SERVER, str(tmp_path)], stdout=PIPE, encoding="utf-8") as server:
        assert server.stdout
        port = int(server.stdout.readline())

        def connect() -> int:
            made = 0
            while not ended.is_set() and server.poll() is None:
                with (
                    suppress(OSError),
                    socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
                    client.wrap_socket(plain, server_hostname="order"),
                ):
                    made += 1
            return made

        with ThreadPoolExecutor(16) as crowd:
            crowds = [crowd.submit(connect) for _ in range(16)]
            for _ in range(10):
                ended.wait(0.2)
                authority.write(tmp_path / "order.pem", "order", datetime.now(UTC), HOUR)
            ended.set()
        status = server.poll()
        server.kill()

    assert status is None
    assert sum(made.result() for made in crowds) > 100
