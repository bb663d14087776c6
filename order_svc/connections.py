"""Connections of order_svc: to its databases and to the other services."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.auth.service_tokens import ServiceTokens
from chassis.clock import Clock
from chassis.db.engine import make_engine
from chassis.grpc.clients import Peer
from order_svc.config import OrderSettings
from read_replica.reads import Reads, ReplicaReads

NAME = "order"
WRITE_DATABASE = "easyorder_order_write"
READ_DATABASE = "easyorder_order_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """What the service is connected to, and the settings for its use."""

    settings: OrderSettings
    clock: Clock
    write: AsyncEngine
    read: AsyncEngine
    # Where queries read: there, or at a replica of it.
    queries: Reads
    identity: Peer
    inventory: Peer
    payment: Peer

    async def close(self) -> None:
        for client in (self.identity, self.inventory, self.payment):
            await client.close()
        for engine in (self.write, self.read, self.queries):
            await engine.dispose()


def connect(settings: OrderSettings, clock: Clock) -> Connections:
    """Nothing is connected to before it is used."""
    tokens, tls = ServiceTokens(NAME, settings.service_keys_dir), settings.tls(NAME)

    def engine(side: str, url: str, lock_timeout_s: float = 0) -> AsyncEngine:
        return make_engine(
            url,
            application_name=f"order-{side}",
            pool_size=settings.database_pool_size,
            timeout_s=settings.database_timeout_s,
            lock_timeout_s=lock_timeout_s,
        )

    read = engine("read", settings.database_url(READ_DATABASE))
    replica = settings.replica_url(READ_DATABASE)
    return Connections(
        settings=settings,
        clock=clock,
        write=engine("write", settings.database_url(WRITE_DATABASE), settings.database_lock_timeout_s),
        read=read,
        queries=ReplicaReads(read, engine("replica", replica)) if replica else read,
        identity=Peer(settings.identity_address, "identity", tokens, tls=tls),
        inventory=Peer(settings.inventory_address, "inventory", tokens, tls=tls),
        payment=Peer(settings.payment_address, "payment", tokens, tls=tls),
    )
