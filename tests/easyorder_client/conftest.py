"""Each test runs with both clients."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest
from easyorder_client import RetryPolicy, StoredTokens

from tests.easyorder_client.fake_shop import EitherClient, FakeShop, fake_shop

# A stream that outlasts the longest wait counts its failures again from none: no stream of these tests does.
QUICK = RetryPolicy(max_attempts=4, first_wait_s=0.01, longest_wait_s=5)
Connect = Callable[[StoredTokens | None], EitherClient]


@pytest.fixture
async def shop() -> AsyncIterator[FakeShop]:
    async with fake_shop() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
async def connect(request: pytest.FixtureRequest, shop: FakeShop) -> AsyncIterator[Connect]:
    """Makes a client of the shop, signed in with the tokens given."""
    async with AsyncExitStack() as opened:

        def connected(tokens: StoredTokens | None = None) -> EitherClient:
            client = EitherClient(request.param, shop.url, tokens, retries=QUICK, timeout=20)
            opened.push_async_callback(client.close)
            return client

        yield connected


@pytest.fixture
def client(connect: Connect) -> EitherClient:
    """Nobody is signed in."""
    return connect(None)
