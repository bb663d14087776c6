"""What the simulation says of a layout, and the number by which it is fitted to the measured machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.scale.costs import Machine, costs_of
from bench.scale.shop import Layout, Parameters, Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Of a layout; `used` is the share of the time in which a part is busy: its process, its cores, its lock."""

    orders_per_s: float
    p50_ms: float
    p99_ms: float
    # Of all processes, the generator included.
    cpu_ms: float
    # Orders of a reservation.
    batch: float
    conflicts_per_s: float
    used: Mapping[str, float]

    @property
    def bottleneck(self) -> str:
        """What is busy for most of the time; waiting, if nothing is busy for four fifths."""
        name = max(self.used, key=lambda name: self.used[name])
        return name if self.used[name] >= 0.8 else "waiting"


def predict(parameters: Parameters, layout: Layout, *, seconds: float = 3.0) -> Prediction:
    """Simulates the layout for `seconds`, after a third of them to warm up."""
    shop, warm_up_s = Shop(parameters, layout), seconds / 3
    shop.env.run(until=warm_up_s)
    before, paid, cpu_s = _busy(shop), shop.paid, _cpu_s(shop)
    conflicts = _conflicts(shop)
    shop.replies_s.clear()
    shop.batches.clear()
    shop.env.run(until=warm_up_s + seconds)
    replies = sorted(shop.replies_s)
    return Prediction(
        orders_per_s=(shop.paid - paid) / seconds,
        p50_ms=_at(replies, 0.5) * 1000,
        p99_ms=_at(replies, 0.99) * 1000,
        cpu_ms=(_cpu_s(shop) - cpu_s) * 1000 / max(shop.paid - paid, 1),
        batch=sum(shop.batches) / max(len(shop.batches), 1),
        conflicts_per_s=(_conflicts(shop) - conflicts) / seconds,
        used={name: (busy - before[name]) / seconds for name, busy in _busy(shop).items()},
    )


def fitted(machine: Machine) -> Parameters:
    """Parameters with which a lone client waits as long as it did: that settles the share of the reply."""
    costs, wanted = costs_of(machine), machine.alone.p50_ms

    def parameters(share: float) -> Parameters:
        return Parameters(costs=costs, transaction_s=machine.transaction_ms / 1000, reply_share=share)

    low, high = 0.05, 0.95
    for _ in range(8):
        middle = (low + high) / 2
        one = predict(parameters(middle), Layout(cores=machine.cores, clients=1, has_generator=True), seconds=1)
        low, high = (middle, high) if one.p50_ms < wanted else (low, middle)
    return parameters((low + high) / 2)


def _cpu_s(shop: Shop) -> float:
    machines = {id(cores): cores for node in shop.nodes for cores in (node.cores, node.database.cores)}
    return sum(cores.busy_s for cores in machines.values())


def _busy(shop: Shop) -> dict[str, float]:
    """Busy seconds so far: the mean of all processes of a kind, each divided by what it can use."""
    replicas = [replica for node in shop.nodes for replica in node.replicas]
    databases = list({id(node.database): node.database for node in shop.nodes}.values())
    return {
        "Envoy": _mean([node.envoy.busy_s for node in shop.nodes]),
        "order_svc": _mean([replica.order.busy_s for replica in replicas]),
        "inventory_svc": _mean([replica.inventory.busy_s for replica in replicas]),
        "payment": _mean([replica.payment.busy_s for replica in replicas]),
        "cores of nodes": _mean([node.cores.busy_s / node.cores.number for node in shop.nodes]),
        "PostgreSQL": _mean([one.server.busy_s / one.cores.number for one in databases]),
        "hot rows": _mean([rows.held_s for one in databases for rows in one.rows]),
    }


def _conflicts(shop: Shop) -> int:
    databases = {id(node.database): node.database for node in shop.nodes}.values()
    return sum(rows.conflicts for database in databases for rows in database.rows)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _at(ordered: Sequence[float], part: float) -> float:
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)] if ordered else 0.0
