"""The way of orders through a shop of many nodes, as a discrete-event simulation.

A node is a machine like the measured one, with Envoy and each service; its clients send their next order when they have
the reply to the last one. An order takes the steps of the real one, in batches that form as they do there: reserving,
placing, the reply, and afterwards charging and what is left to do. Nothing fails, and no step takes anything but CPU of
processes, round trips, transactions of the database, and waiting for all of these.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import cycle

import simpy

from bench.scale.costs import Cost
from bench.scale.parts import Batches, Cores, HotRows, Process, Server, Steps

# See order_svc.adapters.inventory.
_SETTLING_PACE_S = 0.2
# Of what a reply waits for, in order_svc and in PostgreSQL, half is reserving, half is placing. Of what comes after it,
# the larger part is charging, which follows at once.
_RESERVING, _CHARGING = 0.5, 2 / 3
# Statements one after the other, each a round trip where the database is on another machine.
_TRIPS_RESERVING, _TRIPS_PLACING, _TRIPS_CHARGING = 3, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """What one node takes. `reply_share` is the part of the CPU of a lone order for which its reply waits."""

    costs: Mapping[str, Cost]
    transaction_s: float
    reply_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`replicas` of each service on each node, with `cores`.

    Without `database_cores`, each node has a database of its own, for the shops that belong to it; otherwise all have
    one, on a machine of its own. `is_hot`: all orders want the same items of their database.
    """

    nodes: int = 1
    cores: int = 2
    replicas: int = 1
    clients: int = 32
    database_cores: int = 0
    is_hot: bool = True
    # The pieces of such an item lie in several rows, which replicas share out; or one inventory_svc writes them all.
    buckets: int = 1
    one_writer: bool = False
    # The generator runs on the node, as where it is measured.
    has_generator: bool = False
    # How reservations are paced: at most this share of the time, or each so long after the one before.
    reserving_share: float = 0.4
    reserving_pace_s: float = 0
    # Between two machines, and what it takes longer to the inventory_svc that has the stock.
    round_trip_s: float = 0.0005
    inventory_farther_s: float = 0


class _Database:
    def __init__(self, cores: Cores, buckets: int) -> None:
        self.cores = cores
        self.server = Server(cores)
        self.rows = [HotRows(cores.env) for _ in range(buckets)]
        self.next_rows = cycle(self.rows)


class _Replica:
    """One order_svc, inventory_svc and payment process, and the batches that they make."""

    def __init__(self, shop: Shop, node: _Node) -> None:
        self.shop, self.node = shop, node
        env = shop.env
        self.order, self.inventory, self.payment, self.identity = (Process(node.cores) for _ in range(4))
        self.contended_until = 0.0
        self.rows = next(node.database.next_rows)
        paces = {"share": shop.layout.reserving_share, "pace_s": shop.layout.reserving_pace_s}
        self.reserving = Batches(env, self._reserve, **paces)
        self.placing = Batches(env, self._place)
        self.charging = Batches(env, self._charge)
        self.settling = Batches(env, self._settle, pace_s=_SETTLING_PACE_S)
        # Of this inventory_svc, for whoever calls it.
        self.holding = Batches(env, self._hold)

    def _reserve(self, orders: int) -> Steps:
        shop, reply = self.shop, self.shop.parameters.reply_share
        # Half of the work of order_svc for a batch before the call, half after it.
        work_s = shop.s("order", orders, reply * _RESERVING, per_order=reply * _RESERVING / 2)
        yield from self.order.work(work_s / 2)
        yield from shop.hop(self.node.is_alone)
        yield shop.env.timeout(shop.layout.inventory_farther_s)
        shop.batches.append(orders)
        yield next(self.node.inventories).holding.submit(orders)
        yield from self.order.work(work_s / 2)

    def _hold(self, orders: int) -> Steps:
        shop, reply = self.shop, self.shop.parameters.reply_share
        database = self.node.database
        yield from self.inventory.work(shop.s("inventory", orders, reply) / 2)

        def half(trips: int) -> Steps:
            yield from shop.trips(trips)
            yield from database.server.work(shop.s("postgres", orders, reply * _RESERVING) / 2)

        def write() -> Steps:
            yield from half(1)
            yield shop.env.timeout(shop.parameters.transaction_s)

        if shop.layout.is_hot:
            look = partial(half, _TRIPS_RESERVING - 1)
            self.contended_until = yield from self.rows.write(self.contended_until, look, write)
        else:
            yield from half(_TRIPS_RESERVING - 1)
            yield from write()
        yield from self.inventory.work(shop.s("inventory", orders, reply) / 2)

    def _place(self, orders: int) -> Steps:
        shop, reply = self.shop, self.shop.parameters.reply_share
        yield from self.order.work(shop.s("order", orders, reply * (1 - _RESERVING), per_order=reply * _RESERVING / 2))
        yield from shop.trips(_TRIPS_PLACING)
        yield from self.node.database.server.work(shop.s("postgres", orders, reply * (1 - _RESERVING)))
        yield shop.env.timeout(shop.parameters.transaction_s)

    def _charge(self, orders: int) -> Steps:
        shop, part = self.shop, (1 - self.shop.parameters.reply_share) * _CHARGING
        yield from self.order.work(shop.s("order", orders, part) / 2)
        yield from shop.hop(self.node.is_alone)
        yield from self.payment.work(shop.s("payment", orders, 1))
        yield from self.order.work(shop.s("order", orders, part) / 2)
        yield from shop.trips(_TRIPS_CHARGING)
        yield from self.node.database.server.work(shop.s("postgres", orders, part))
        yield shop.env.timeout(2 * shop.parameters.transaction_s)
        shop.paid += orders
        self.settling.submit(orders)

    def _settle(self, orders: int) -> Steps:
        shop, after = self.shop, 1 - self.shop.parameters.reply_share
        part = after * (1 - _CHARGING)
        yield from self.order.work(shop.s("order", orders, part))
        yield from self.inventory.work(shop.s("inventory", orders, after))
        yield from self.identity.work(shop.s("identity", orders, 1))
        yield from self.node.database.server.work(shop.s("postgres", orders, part))
        yield shop.env.timeout(shop.parameters.transaction_s)


class _Node:
    def __init__(self, shop: Shop, database: _Database | None) -> None:
        self.cores = Cores(shop.env, shop.layout.cores)
        self.database = database or _Database(self.cores, shop.layout.buckets)
        self.envoy, self.generator = Process(self.cores), Process(self.cores)
        self.replicas = [_Replica(shop, self) for _ in range(shop.layout.replicas)]
        self.is_alone = shop.layout.nodes == 1
        self.orders = cycle(self.replicas)
        self.inventories = cycle(self.replicas)


class Shop:
    def __init__(self, parameters: Parameters, layout: Layout, seed: int = 1) -> None:
        self.env = simpy.Environment()
        self.parameters, self.layout, self.random = parameters, layout, random.Random(seed)
        shared = _Database(Cores(self.env, layout.database_cores), layout.buckets) if layout.database_cores else None
        self.nodes = [_Node(self, shared) for _ in range(layout.nodes)]
        self.paid = 0
        self.batches: list[int] = []
        self.replies_s: list[float] = []
        if shared:
            # Each calls the inventory of any.
            everywhere = [replica for node in self.nodes for replica in node.replicas]
            for number, node in enumerate(self.nodes):
                some = everywhere[:1] if layout.one_writer else everywhere[number:] + everywhere[:number]
                node.inventories = cycle(some)
        for node in self.nodes:
            for _ in range(layout.clients):
                self.env.process(self._client(node))

    def s(self, process: str, orders: int, share: float, *, per_order: float | None = None) -> float:
        """The CPU of a batch: a share of its own cost, and of that of each of its orders."""
        cost = self.parameters.costs[process]
        return cost.batch_s * share + cost.order_s * orders * (share if per_order is None else per_order)

    def hop(self, is_here: bool) -> Steps:
        if not is_here:
            yield self.env.timeout(self.layout.round_trip_s)

    def trips(self, number: int) -> Steps:
        """Round trips to the database."""
        if self.layout.database_cores:
            yield self.env.timeout(number * self.layout.round_trip_s)

    def _client(self, entry: _Node) -> Steps:
        # They do not begin all at once.
        yield self.env.timeout(self.random.random() * 0.05)
        while True:
            yield from self._order(entry)

    def _order(self, entry: _Node) -> Steps:
        began = self.env.now
        reply, costs, layout = self.parameters.reply_share, self.parameters.costs, self.layout
        if layout.has_generator:
            yield from entry.generator.work(costs["generator"].order_s)
        yield from entry.envoy.work(costs["envoy"].order_s / 2)
        # A balancer before all nodes does not know to which node a shop belongs: the Envoy that it chose does.
        node = self.random.choice(self.nodes)
        yield from self.hop(node is entry)
        replica = next(node.orders)
        # The rest of what is the order's own is done in the batches.
        yield from replica.order.work(costs["order"].order_s * reply * (1 - _RESERVING))
        yield replica.reserving.submit()
        together = yield replica.placing.submit()
        replica.charging.submit()
        yield from entry.envoy.work(costs["envoy"].order_s / 2 + costs["envoy"].batch_s / together)
        if layout.has_generator:
            yield from entry.generator.work(costs["generator"].batch_s / together)
        self.replies_s.append(self.env.now - began)
