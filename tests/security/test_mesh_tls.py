"""Processes of a mesh let in who has a certificate of it, and replace their certificates under load."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import httpx
import pytest
from cryptography import x509
from grpc_health.v1 import health_pb2

from chassis.grpc.channel import open_channel
from chassis.grpc.tls import AUTHORITY, Tls
from chassis.settings import PORTS
from deploy.local.certificates import Authority
from deploy.local.shop import Refused, Shop
from tests.e2e.closed_loop import ordering
from tests.e2e.running_mesh import RunningMesh, running_mesh
from tests.e2e.test_shopping import a_stocked_product
from tests.folders import data_folder
from tests.polling import eventually
from tests.security.conftest import SETTINGS

HEALTH = "/grpc.health.v1.Health/Check"
LIFE_S = 10.0


async def answers(mesh: RunningMesh, service: str, tls: Tls | None, *, name: str = "") -> bool:
    async with open_channel(mesh.address(service), tls=tls, name=name or service) as channel:
        check: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(HEALTH)
        try:
            reply = await check(b"", timeout=2)
        except grpc.aio.AioRpcError:
            return False
    return health_pb2.HealthCheckResponse.FromString(reply).status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("service", PORTS)
async def test_only_who_has_a_certificate_of_the_mesh_is_let_in(
    mesh: RunningMesh, tmp_path: Path, service: str
) -> None:
    now = datetime.now(UTC)
    foreign = Authority(tmp_path, ["operator"], life=timedelta(hours=1))
    foreign.issue(now)
    assert mesh.tls_dir is not None
    authority = (mesh.tls_dir / AUTHORITY).read_bytes()

    assert await answers(mesh, service, mesh.tls)
    assert not await answers(mesh, service, None)
    assert not await answers(mesh, service, Tls(tmp_path, "operator"))
    # It trusts the mesh, but the mesh does not trust it.
    (tmp_path / AUTHORITY).write_bytes(authority)
    assert not await answers(mesh, service, Tls(tmp_path, "operator"))
    # Who expects another service does not call this one.
    assert not await answers(mesh, service, mesh.tls, name="envoy")


@pytest.fixture(scope="module")
def short_lived() -> Iterator[RunningMesh]:
    """A mesh whose certificates live for seconds."""
    settings = SETTINGS | {"CERTIFICATE_HOURS": str(LIFE_S / 3600)}
    with data_folder() as data_dir, running_mesh(data_dir, settings) as mesh:
        yield mesh


@pytest.fixture
async def shop(short_lived: RunningMesh) -> AsyncIterator[httpx.AsyncClient]:
    async with Shop.client(short_lived.url) as client:
        yield client


async def test_certificates_are_replaced_under_orders(short_lived: RunningMesh, shop: httpx.AsyncClient) -> None:
    mesh, expired = short_lived, old_certificate(short_lived)
    admin = await Shop(shop).login("admin@example.com", "Admin123!")
    items = (await a_stocked_product(admin, pieces=1_000_000)).ids[:1]

    async with ordering(mesh, admin.headers, items, clients=4) as loop:
        await eventually(lambda: has_expired(expired), timeout_s=2 * LIFE_S)
        before = len(loop.orders)
        await loop.lasts(1)

    assert len(loop.orders) > before
    assert set(loop.reasons()) == {"ordered"}
    # Nobody is let in with a certificate that has expired.
    assert not await answers(mesh, "order", Tls(expired, "operator"))
    # Order has to connect to inventory again, and then Envoy to order, with certificates that they did not start with.
    for module in ("inventory_svc", "order_svc"):
        mesh.kill(module)
        await eventually(lambda: is_ordered(admin, items[0]), timeout_s=30)


def old_certificate(mesh: RunningMesh) -> Path:
    """A copy of the certificates that are valid now."""
    assert mesh.tls_dir is not None
    copy = mesh.tls_dir.with_name("tls.old")
    copy.mkdir()
    for name in (AUTHORITY, "operator.pem"):
        (copy / name).write_bytes((mesh.tls_dir / name).read_bytes())
    return copy


def has_expired(copy: Path) -> bool:
    certificate = x509.load_pem_x509_certificate((copy / "operator.pem").read_bytes())
    return certificate.not_valid_after_utc < datetime.now(UTC) - timedelta(seconds=1)


async def is_ordered(shopper: Shop, item: str) -> bool:
    try:
        await shopper.order({item: 1}, "tok_ok")
    except (Refused, httpx.TransportError, TimeoutError):
        return False
    return True
