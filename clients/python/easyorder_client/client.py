"""Client, whose methods wait for their replies, and AsyncClient, whose methods are coroutines."""

from __future__ import annotations

from contextlib import suppress
from typing import Self

from easyorder_client import messages as m
from easyorder_client.errors import Unauthenticated
from easyorder_client.methods import AsyncMethods, Methods
from easyorder_client.session import LOGIN, LOGOUT


class Client(Methods):
    """A shop's API, for one user at a time; any number of threads may use it.

        with Client("https://shop.example.com") as shop:
            shop.login("ada@example.com", "a long passphrase")
            for order in shop.list_orders():
                print(order.id, order.status.name, to_decimal(order.total_amount))

    Each rpc of the contract is a method that takes its request, and `timeout` in seconds for all of its attempts. Lists
    are iterators over all pages; `.pages()` has the pages. `watch_…` are iterators that survive restarts of the shop:
    no event comes twice and none is missing, except that `watch_inventory` begins again with the stock as it is.
    Exports are iterators of bytes. Calls that take a `request_id` get one, the same for all attempts. Failures are
    EasyOrderErrors.

    `ca_file` has the authorities to trust instead of the usual ones, as PEM; `tokens` keeps whoever is signed in, in
    memory by default; `timeout` is for calls that are given none.
    """

    def login(self, email: str, password: str) -> m.User:
        """Signs in. From now on, calls are made by this user, and the access token is refreshed when it expires."""
        tokens = self._call(LOGIN, m.LoginRequest(email=email, password=password), None, anonymous=True)
        self._keep(tokens)
        return _user_of(tokens)

    def logout(self) -> None:
        """Ends the session. From now on, calls are anonymous."""
        if held := self._tokens.load():
            with suppress(Unauthenticated):  # it has ended already
                self._call(LOGOUT, m.LogoutRequest(refresh_token=held.refresh_token), None)
            self._tokens.save(None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(AsyncMethods):
    """The same with coroutines and asynchronous iterators, for one event loop.

        async with AsyncClient("https://shop.example.com") as shop:
            await shop.login("ada@example.com", "a long passphrase")
            async for order in shop.list_orders():
                print(order.id, order.status.name, to_decimal(order.total_amount))

    Leave a stream early with `contextlib.aclosing`, so that it ends at once.
    """

    async def login(self, email: str, password: str) -> m.User:
        """Signs in. From now on, calls are made by this user, and the access token is refreshed when it expires."""
        tokens = await self._call(LOGIN, m.LoginRequest(email=email, password=password), None, anonymous=True)
        self._keep(tokens)
        return _user_of(tokens)

    async def logout(self) -> None:
        """Ends the session. From now on, calls are anonymous."""
        if held := self._tokens.load():
            with suppress(Unauthenticated):  # it has ended already
                await self._call(LOGOUT, m.LogoutRequest(refresh_token=held.refresh_token), None)
            self._tokens.save(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _user_of(tokens: m.Tokens) -> m.User:
    return tokens.user or m.User()
