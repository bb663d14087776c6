"""Orders, stock and payments in one process: the real services on real databases and sockets, each restartable."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

import asyncpg
from easyorder.catalog.v1 import CreateProductRequest, Product, ProductItem
from easyorder.google.type import Money
from sqlalchemy.engine import make_url
from sqlalchemy.exc import InternalError

from chassis.auth.keys import KeyCache, keys_of
from chassis.auth.service_tokens import ServiceKeys
from chassis.auth.verifier import TokenVerifier
from chassis.clock import SystemClock
from chassis.db.engine import make_engine
from chassis.errors import Unavailable
from chassis.grpc.clients import Client
from chassis.settings import PORTS
from inventory_svc.bootstrap import build
from inventory_svc.config import InventorySettings
from order_svc.bootstrap import order_service
from order_svc.config import OrderSettings
from order_svc.payment.bootstrap import payment_server, provider_of
from order_svc.payment.config import DATABASE, PaymentSettings
from tests.inventory_svc.service import CREATE_PRODUCT, Identity
from tests.mesh import SECRET, Tokens, running, service_keys, serving

PRICE = 10
_STARTS = 5
_REPLICATED = ("inventory", "order")


class Restartable:
    """A service that runs, and can be ended and begun again at the same address."""

    def __init__(self, run: Callable[[], AbstractAsyncContextManager[None]]) -> None:
        self._run = run
        self._running = AsyncExitStack()

    async def start(self) -> None:
        self._running = AsyncExitStack()
        await self._running.enter_async_context(self._run())

    async def stop(self) -> None:
        await self._running.aclose()

    async def restart(self) -> None:
        """Without any grace: calls in flight fail, and whoever made them does not know how they ended."""
        await self.stop()
        for _ in range(_STARTS):
            # Whatever runs a service starts it again if the connection to its database breaks at its start.
            with suppress(Unavailable, InternalError):
                await self.start()
                return
        await self.start()


class WholeShop:
    """Its services by name, its databases, and those who may call it."""

    def __init__(
        self,
        urls: Mapping[str, str],
        services: Mapping[str, Restartable],
        addresses: Mapping[str, str],
        tokens: Tokens,
    ) -> None:
        self._urls = urls
        self._addresses = addresses
        self._clients: list[Client] = []
        self.services = services
        self.tokens = tokens

    def client(self, token: str, *, of: str = "order") -> Client:
        client = Client(self._addresses[of], token=token)
        self._clients.append(client)
        return client

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        url = make_url(self._urls[name])
        host, user = url.host or url.query["host"], url.username
        connection = await asyncpg.connect(
            host=host, port=url.port or 5432, user=user, password=url.password, database=url.database
        )
        try:
            yield connection
        finally:
            await connection.close()

    async def close(self) -> None:
        for client in self._clients:
            await client.close()


@asynccontextmanager
async def whole_shop(urls: Mapping[str, str], *, replicas: int = 1, **settings: object) -> AsyncIterator[WholeShop]:
    """Runs for the block, inventory and order in `replicas`; `settings` are fields of the services' settings."""

    class _Here:
        def database_url(self, name: str) -> str:
            return urls[name]

    class InventoryHere(_Here, InventorySettings): ...

    class OrderHere(_Here, OrderSettings): ...

    class PaymentHere(_Here, PaymentSettings): ...

    listening = {
        name: [f"127.0.0.1:{_free_port()}" for _ in range(replicas if name in _REPLICATED else 1)] for name in PORTS
    }
    # Calls are spread over the replicas.
    addresses = {name: ",".join(own) for name, own in listening.items()}
    tokens = Tokens()
    async with serving({"easyorder.identity.v1.IdentityService": Identity(tokens)}, name="identity") as identity:
        given: dict[str, Any] = {f"{name}_address": address for name, address in addresses.items()}
        given |= {"identity_address": identity.address, "mesh_secret": SECRET, "jwks_file": None}
        given |= {"service_keys_dir": service_keys()}
        given |= {"stream_limit_per_address": 1_000_000} | settings

        @asynccontextmanager
        async def inventory(address: str) -> AsyncIterator[None]:
            async with running(build(InventoryHere.model_validate(given | {"listen_address": address})).server):
                yield

        @asynccontextmanager
        async def order(address: str) -> AsyncIterator[None]:
            own = OrderHere.model_validate(given | {"listen_address": address})
            async with order_service(own) as server, running(server):
                yield

        @asynccontextmanager
        async def payment(address: str) -> AsyncIterator[None]:
            own = PaymentHere.model_validate(given | {"listen_address": address})
            limits = {"timeout_s": own.database_timeout_s, "lock_timeout_s": own.database_lock_timeout_s}
            engine = make_engine(urls[DATABASE], application_name="payment", pool_size=3, **limits)
            verifier = TokenVerifier(
                KeyCache(keys_of(client := Client(identity.address))), ServiceKeys(service_keys(), "payment")
            )
            try:
                async with (
                    provider_of(own, engine, SystemClock()) as provider,
                    running(payment_server(provider, verifier, own, engine)),
                ):
                    yield
            finally:
                await client.close()
                await engine.dispose()

        services = {
            name if number == 0 else f"{name}-{number + 1}": Restartable(partial(run, address))
            for name, run in {"inventory": inventory, "payment": payment, "order": order}.items()
            for number, address in enumerate(listening[name])
        }
        shop = WholeShop(urls, services, addresses, tokens)
        for service in services.values():
            await service.start()
        try:
            yield shop
        finally:
            await shop.close()
            for service in reversed(services.values()):
                await service.stop()


async def stocked(shop: WholeShop, *, pieces: Sequence[int], backorderable: Collection[int] = ()) -> list[int]:
    """Makes an item in stock for each number of pieces, some by index backorderable; answers their ids."""
    items = [
        ProductItem(sku=f"SKU-{n}", quantity_on_hand=count, backorderable=n in backorderable)
        for n, count in enumerate(pieces)
    ]
    product = Product(name="Lamp", base_price=Money(currency_code="USD", units=PRICE), product_items=items)
    client = shop.client(shop.tokens.admin(), of="inventory")
    created = await client.call(CREATE_PRODUCT, CreateProductRequest(product=product))
    return [int(item.id) for item in created.product_items]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
