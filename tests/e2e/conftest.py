"""One mesh for all end-to-end tests: real processes, real PostgreSQL, real Envoy."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from deploy.local.shop import Shop
from tests.alert_servers import Receiver, webhook_receiver
from tests.collector import Collector, collecting
from tests.documented import check_reply
from tests.e2e.running_mesh import RunningMesh, free_ports, running_mesh
from tests.folders import data_folder
from tests.rate_limits.files import LIFTED

# Where a test may have a process killed, and the time of passing it that is deadly: points of a batch are passed less
# often than those of an order.
FAILPOINTS = {
    "stock_held_not_answered": 2,
    "stock_held_order_not_written": 5,
    "order_written_not_committed": 2,
    "order_placed_not_answered": 5,
    "charged_not_answered": 5,
    "charged_not_recorded": 5,
    "paid_stock_not_sold": 5,
    "refunded_not_recorded": 3,
    "published_not_delivered": 2,
}
# Quick retries, short leases, crashed processes back at once, no limit on what a test may order or watch, and
# passwords that cost next to nothing: those of fifty shoppers would take longer than what they buy.
SETTINGS = {
    "FAILPOINT": ",".join(f"{name}:{nth}" for name, nth in FAILPOINTS.items()),
    "RESTART_BACKOFF_MAX_S": "0.1",
    "PAYMENT_BACKOFF_INITIAL_S": "0.2",
    "JOB_LEASE_S": "2",
    "PAYMENT_TIMEOUT_S": "1.5",
    "WEBHOOK_NETWORKS": "127.0.0.0/8",
    "RATE_LIMITS_FILE": LIFTED,
    "STREAM_LIMIT_PER_ADDRESS": "1000000",
    "STREAM_LIMIT_PER_USER": "1000000",
    "ARGON2_TIME_COST": "1",
    "ARGON2_MEMORY_KIB": "64",
}
# Of the first process; the others have the next ones.
METRICS_PORT = free_ports(5)
# `easyorder up`, which becomes what `make up` runs.
UP = ("-m", "cli", "up")


@pytest.fixture(scope="package")
def alerts() -> Iterator[Receiver]:
    """What the mesh's alert webhook gets."""
    with webhook_receiver() as receiver:
        yield receiver


@pytest.fixture(scope="package")
def collector() -> Iterator[Collector]:
    """What the mesh's processes send to a collector of OpenTelemetry: only traces that their client began."""
    with collecting() as running:
        yield running


# Of the package, not the session: tests that come after these are not to wait for a mesh that does nothing.
@pytest.fixture(scope="package")
def mesh(alerts: Receiver, collector: Collector) -> Iterator[RunningMesh]:
    metrics = {"METRICS_ADDRESS": f"127.0.0.1:{METRICS_PORT}"}
    metrics |= {"OTLP_ENDPOINT": collector.endpoint, "TRACE_RATIO": "0"}
    webhook = {"ALERT_WEBHOOK_URL": alerts.url, "ALERT_WEBHOOK_SECRET": "of the end-to-end tests"}
    with data_folder() as data_dir, running_mesh(data_dir, SETTINGS | webhook | metrics, command=UP) as running:
        yield running


@pytest.fixture
async def http(mesh: RunningMesh) -> AsyncIterator[httpx.AsyncClient]:
    """A client that compares each reply with the OpenAPI document."""
    async with Shop.client(mesh.url) as client:
        client.event_hooks = {"response": [check_reply]}
        yield client


@pytest.fixture
async def admin(http: httpx.AsyncClient) -> Shop:
    return await Shop(http).login("admin@example.com", "Admin123!")


@pytest.fixture
async def shopper(http: httpx.AsyncClient) -> Shop:
    return await a_shopper(http)


async def a_shopper(http: httpx.AsyncClient) -> Shop:
    """Somebody who has just registered and logged in."""
    email = f"{uuid.uuid4().hex}@example.com"
    await Shop(http).register(email, "untold Passw0rd!", "A shopper")
    return await Shop(http).login(email, "untold Passw0rd!")
