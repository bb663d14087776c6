"""Paid orders a second, compared with echoes of the same Envoy and writes of the same database server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from statistics import median

from bench import minimal_order
from bench.load import Load
from bench.meters import Amounts
from bench.pictures import curves
from bench.report import Section, spread
from bench.shop import BenchShop
from tests.polling import eventually

DRAINS_WITHIN_S = 60
WAYS = ("JSON", "gRPC")
_WORK_LEFT = """
SELECT EXISTS (SELECT FROM job WHERE state IN ('READY', 'RUNNING')) OR EXISTS (SELECT FROM change_log)
"""
_PAID = """
SELECT count(*) AS orders, count(*) FILTER (WHERE status = 'PAID') AS paid,
       extract(epoch FROM max(paid_at) - min(placed_at))::float8 AS seconds,
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
           ORDER BY extract(epoch FROM paid_at - placed_at) * 1000
       ) AS ms
FROM orders WHERE placed_at >= $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """One measurement: `per_s` from the first order placed to the last one paid."""

    way: str
    clients: int
    orders: int
    per_s: float
    reply: Load
    # From placed_at to paid_at.
    paid_ms: tuple[float, float, float]
    cpu_ms: dict[str, float]
    memory_mb: dict[str, float]
    # Of an order.
    amounts: Amounts

    @property
    def mesh_cpu_ms(self) -> float:
        """CPU of an order, in all processes but the generator."""
        return sum(self.cpu_ms.values()) - self.cpu_ms["generator"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """Calls that Envoy and the echo server answer; `cpu_ms` is what a call costs these two."""

    per_s: float
    cpu_ms: float


@dataclass(slots=True)
class Measured:
    """The results for one number of clients: a figure for each repetition."""

    clients: int
    echo: dict[str, list[Echo]] = field(default_factory=lambda: {way: [] for way in WAYS})
    minimal_per_s: list[float] = field(default_factory=list)
    paid: dict[str, list[Paid]] = field(default_factory=lambda: {way: [] for way in WAYS})

    def paid_per_s(self, way: str) -> list[float]:
        return [paid.per_s for paid in self.paid[way]]

    def echo_per_s(self, way: str) -> list[float]:
        return [echo.per_s for echo in self.echo[way]]

    def in_echoes(self, way: str) -> list[float]:
        """CPU of an order in echo calls."""
        return _ratios([paid.mesh_cpu_ms for paid in self.paid[way]], [echo.cpu_ms for echo in self.echo[way]])


# Clients, way, and a figure for each repetition.
Row = tuple[int, str, Sequence[Paid]]


async def orders(shop: BenchShop, *, clients: Sequence[int], seconds: int, repeat: int) -> list[Section]:
    """Alternates between limit and orders, so that a slow moment of the machine affects both."""
    await minimal_order.prepare(shop.postgres_dir)
    # The first orders meet cold caches and unplanned statements.
    await paid_orders(shop, "JSON", clients=8, seconds=1)
    measured = [Measured(number) for number in clients]
    for _ in range(repeat):
        for one in measured:
            how = {"clients": one.clients, "seconds": seconds}
            for way in WAYS:
                one.echo[way].append(await echoes(shop, way, **how))
                one.paid[way].append(await paid_orders(shop, way, **how))
            one.minimal_per_s.append(await minimal_order.per_second(shop.postgres_dir, **how))
    return list(_sections(measured))


async def echoes(shop: BenchShop, way: str, *, clients: int, seconds: int) -> Echo:
    """Calls that are only echoed, for `seconds`."""
    before = shop.meters.echo_cpu_s()
    load = certain(await _calls(shop, way)(echo=True, clients=clients, seconds=seconds))
    return Echo(per_s=load.per_s, cpu_ms=(shop.meters.echo_cpu_s() - before) * 1000 / load.answered)


async def paid_orders(shop: BenchShop, way: str, *, clients: int, seconds: int) -> Paid:
    """Orders for `seconds`, and waits until all orders are paid, published and on the read side."""
    return await paid_by(shop, _calls(shop, way), way=way, clients=clients, seconds=seconds)


async def paid_by(
    shop: BenchShop, calls: Callable[..., Awaitable[Load]], *, way: str, clients: int, seconds: int
) -> Paid:
    """The orders that `calls` place."""
    read = await shop.meters.read()
    started, before = datetime.now(UTC), shop.processes.usage()
    load = certain(await calls(clients=clients, seconds=seconds))
    await eventually(lambda: _is_all_done(shop), timeout_s=DRAINS_WITHIN_S)
    used = shop.processes.usage().since(before)
    async with shop.mesh.database("easyorder_order_write") as database:
        row = await database.fetchrow(_PAID, started)
    count: int = row["orders"]
    require_all_paid(acknowledged=load.answered, exist=count, paid=row["paid"])
    return Paid(
        way=way,
        clients=clients,
        orders=count,
        per_s=count / row["seconds"],
        reply=load,
        paid_ms=tuple(row["ms"]),
        cpu_ms={name: cpu_s * 1000 / count for name, cpu_s in used.items()},
        memory_mb=shop.processes.memory_mb(),
        amounts=await shop.meters.since(read, orders=count),
    )


def require_all_paid(*, acknowledged: int, exist: int, paid: int) -> None:
    """Checks the results. More orders exist than acknowledged: the generator stops with calls in flight."""
    if not paid == exist >= acknowledged:
        raise AssertionError(f"{acknowledged} orders were acknowledged, {exist} exist, {paid} are paid")


def _calls(shop: BenchShop, way: str) -> Callable[..., Awaitable[Load]]:
    return shop.over_json if way == "JSON" else shop.over_grpc


def certain(load: Load) -> Load:
    """Raises AssertionError unless all calls succeeded: fast wrong replies do not count."""
    if load.failed or not load.answered:
        raise AssertionError(f"{load.failed} calls failed, {load.answered} were answered")
    return load


async def _is_all_done(shop: BenchShop) -> bool:
    for service in ("order", "inventory"):
        async with shop.mesh.database(f"easyorder_{service}_write") as database:
            # Prevents table scans, so that this polling does not load the database server.
            await database.execute("SET enable_seqscan = off")
            if await database.fetchval(_WORK_LEFT):
                return False
    return True


def _sections(measured: Sequence[Measured]) -> Iterator[Section]:
    rows = [(one.clients, way, one.paid[way]) for one in measured for way in WAYS]
    yield _rates(measured)
    yield _latencies(rows)
    yield _amounts(measured)
    yield _cpu(rows)
    memory = rows[-1][2][-1].memory_mb
    yield Section(
        title="Memory in the end, MB", columns=list(memory), rows=[[f"{size:.0f}" for size in memory.values()]]
    )


def _rates(measured: Sequence[Measured]) -> Section:
    return Section(
        title="Paid orders a second, and of what",
        columns=["clients", "way", "paid orders/s", "echo/s", "orders : echo", "minimal orders/s", "orders : minimal"],
        rows=[
            [
                str(one.clients),
                way,
                spread(one.paid_per_s(way)),
                spread(one.echo_per_s(way)),
                spread(_ratios(one.paid_per_s(way), one.echo_per_s(way)), digits=2),
                spread(one.minimal_per_s),
                spread(_ratios(one.paid_per_s(way), one.minimal_per_s), digits=2),
            ]
            for one in measured
            for way in WAYS
        ],
        data=[asdict(one) for one in measured],
        pictures={
            "orders-of-echo": _curves(
                measured, "Paid orders : echo", lambda one, way: _ratios(one.paid_per_s(way), one.echo_per_s(way))
            ),
            "orders-cpu": _curves(measured, "CPU of an order, in echo calls", Measured.in_echoes),
        },
    )


def _curves(measured: Sequence[Measured], title: str, figures: Callable[[Measured, str], list[float]]) -> bytes:
    return curves(
        title,
        [str(one.clients) for one in measured],
        x_title="clients",
        series={way: [median(figures(one, way)) for one in measured] for way in WAYS},
    )


def _latencies(rows: Sequence[Row]) -> Section:
    return Section(
        title="Milliseconds until the reply, and from placed to PAID",
        columns=["clients", "way", "reply p50", "p95", "p99", "PAID p50", "p95", "p99"],
        rows=[
            [
                str(clients),
                way,
                *(spread([getattr(each.reply, name) for each in paid]) for name in ("p50_ms", "p95_ms", "p99_ms")),
                *(spread([each.paid_ms[n] for each in paid]) for n in range(3)),
            ]
            for clients, way, paid in rows
        ],
    )


def _amounts(measured: Sequence[Measured]) -> Section:
    names = {
        "statements": "statements",
        "commits": "commits",
        "rows": "rows written",
        "wal_bytes": "WAL bytes",
        "wire_bytes": "bytes on the wire",
        "left_kb": "KB left",
    }
    return Section(
        title="What an order takes, in all databases",
        columns=["clients", "way", "CPU in echo calls", *names.values()],
        rows=[
            [
                str(one.clients),
                way,
                spread(one.in_echoes(way), digits=1),
                *(
                    spread([getattr(paid.amounts, name) for paid in one.paid[way]], digits=0 if "bytes" in name else 1)
                    for name in names
                ),
            ]
            for one in measured
            for way in WAYS
        ],
    )


def _cpu(rows: Sequence[Row]) -> Section:
    names = list(rows[0][2][0].cpu_ms)
    return Section(
        title="CPU milliseconds an order",
        columns=["clients", "way", "all but generator", *names],
        rows=[
            [
                str(clients),
                way,
                spread([each.mesh_cpu_ms for each in paid], digits=2),
                *(spread([each.cpu_ms[name] for each in paid], digits=2) for name in names),
            ]
            for clients, way, paid in rows
        ],
    )


def _ratios(part: Sequence[float], whole: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(part, whole, strict=True)]
