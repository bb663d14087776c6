"""The providers under test: with records in memory, and on PostgreSQL with an engine for each replica."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import SystemClock
from chassis.db.engine import make_engine
from chassis.unit_of_work import OpenUnitOfWork
from order_svc.payment.adapters.sandbox import SandboxProvider
from order_svc.payment.adapters.stripe.client import StripeApi
from order_svc.payment.adapters.stripe.intents import Intents
from order_svc.payment.adapters.stripe.provider import StripeProvider
from order_svc.payment.adapters.stripe.sql_intents import SqlIntents
from order_svc.payment.bootstrap import ledger_on
from order_svc.payment.commands.ledger_uow import LedgerUow
from order_svc.payment.config import DATABASE
from order_svc.payment.domain.ledger import EntryKind
from order_svc.payment.domain.provider import Charge, ProviderPayment, Refund
from tests.fakes.payment import InMemoryIntents, in_memory_ledger
from tests.fakes.stripe_api import API_KEY, StripeApiFake

DatabasesOf = Callable[[str], Awaitable[Mapping[str, str]]]
PACKAGE = "order_svc.payment"


@dataclass
class Sandbox:
    """One provider, to be replicated at will; `open_ledger` gives each replica its way to what is durable."""

    open_ledger: Callable[[], OpenUnitOfWork[LedgerUow]]
    provider: SandboxProvider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = self.replica()

    def replica(self) -> SandboxProvider:
        """Another process's provider."""
        return SandboxProvider(self.open_ledger(), SystemClock())

    async def charge(self, charge: Charge) -> ProviderPayment:
        return await self.provider.charge(charge)

    async def refund(self, refund: Refund) -> ProviderPayment:
        return await self.provider.refund(refund)

    async def find(self, transaction_id: str = "t-1") -> ProviderPayment:
        return await self.provider.find(transaction_id)

    async def kinds(self, transaction_id: str = "t-1") -> list[EntryKind]:
        """What the ledger has of a transaction, in order."""
        async with self.open_ledger()() as uow:
            found = await uow.ledger.transactions([transaction_id])
        return [entry.kind for entry in found[transaction_id].entries]


@pytest.fixture(params=["memory", "postgres"])
def open_ledger(request: pytest.FixtureRequest) -> Callable[[], OpenUnitOfWork[LedgerUow]]:
    """Each call is another process's way to the same ledger."""
    if request.param == "memory":
        in_memory = in_memory_ledger()
        return lambda: in_memory
    connect: Callable[[], OpenUnitOfWork[LedgerUow]] = request.getfixturevalue("open_sql_ledger")
    return connect


@pytest.fixture
async def open_sql_ledger(ledger_url: str) -> AsyncIterator[Callable[[], OpenUnitOfWork[LedgerUow]]]:
    """With an engine of its own for each call."""
    async with AsyncExitStack() as stack:

        def connect() -> OpenUnitOfWork[LedgerUow]:
            engine = make_engine(ledger_url, application_name="tests", pool_size=3)
            stack.push_async_callback(engine.dispose)
            return ledger_on(engine)

        yield connect


@pytest.fixture
def sandbox(open_ledger: Callable[[], OpenUnitOfWork[LedgerUow]]) -> Sandbox:
    return Sandbox(open_ledger)


@dataclass
class Stripe:
    """Stripe's fake, and our side of it, to be replicated at will."""

    api: StripeApiFake
    open_intents: Callable[[], Intents]
    stack: AsyncExitStack
    provider: StripeProvider = field(init=False)

    def __post_init__(self) -> None:
        self.provider = self.replica()

    def replica(self, *, timeout_s: float = 5, key: str = API_KEY, return_url: str = "") -> StripeProvider:
        """Another process's provider."""
        api = StripeApi(key, base=self.api.url, timeout_s=timeout_s, return_url=return_url)
        self.stack.push_async_callback(api.close)
        return StripeProvider(api, self.open_intents())

    async def charge(self, charge: Charge) -> ProviderPayment:
        return await self.provider.charge(charge)

    async def refund(self, refund: Refund) -> ProviderPayment:
        return await self.provider.refund(refund)

    async def find(self, transaction_id: str = "t-1") -> ProviderPayment:
        return await self.provider.find(transaction_id)


@pytest.fixture(params=["memory", "postgres"])
def open_intents(request: pytest.FixtureRequest) -> Callable[[], Intents]:
    """Each call is another process's way to the same intents."""
    if request.param == "memory":
        in_memory = InMemoryIntents()
        return lambda: in_memory
    connect: Callable[[], Intents] = request.getfixturevalue("open_sql_intents")
    return connect


@pytest.fixture
async def open_sql_intents(ledger_url: str) -> AsyncIterator[Callable[[], Intents]]:
    """With an engine of its own for each call."""
    async with AsyncExitStack() as stack:

        def connect() -> Intents:
            engine = make_engine(ledger_url, application_name="tests", pool_size=3)
            stack.push_async_callback(engine.dispose)
            return SqlIntents(engine)

        yield connect


@pytest.fixture
async def stripe_on() -> AsyncIterator[Callable[[Callable[[], Intents]], Stripe]]:
    """Makes a Stripe of the way to its intents."""
    async with StripeApiFake() as api, AsyncExitStack() as stack:
        yield lambda open_intents: Stripe(api, open_intents, stack)


@pytest.fixture
def stripe(stripe_on: Callable[[Callable[[], Intents]], Stripe], open_intents: Callable[[], Intents]) -> Stripe:
    return stripe_on(open_intents)


@pytest.fixture
async def ledger_url(databases_of: DatabasesOf) -> str:
    """The URL of a fresh database of the payment process."""
    return (await databases_of(PACKAGE))[DATABASE]


@pytest.fixture
async def ledger_engine(ledger_url: str) -> AsyncIterator[AsyncEngine]:
    engine = make_engine(ledger_url, application_name="tests")
    yield engine
    await engine.dispose()
