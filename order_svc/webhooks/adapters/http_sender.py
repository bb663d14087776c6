"""Posts events over HTTP, to allowed addresses only: a name is resolved once, and what it led to is connected to.

No redirect is followed and no proxy used. Of an answer only the status counts; the rest is read as far as a small one
needs, so that the connection can be used again.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from typing import Any

import httpcore
from httpx import create_ssl_context

from foundation.addresses import Networks
from order_svc.webhooks.domain.delivery import Answer
from order_svc.webhooks.domain.urls import HTTPS_PORT, is_in, is_public

_CONNECT_S = 5.0
_ANSWER_BYTES = 16 * 1024
_ERROR_LENGTH = 300
_CONNECTIONS, _KEPT, _KEPT_S = 200, 20, 30
# Resolving cannot be cancelled: names whose servers do not answer keep no other thread of the process busy.
_RESOLVERS = 4

Resolve = Callable[[str, int], Awaitable[list[str]]]


class AddressRefused(Exception):
    """The host has an address that events must not be sent to."""


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to addresses of `networks`, and if `public` to the HTTPS port of hosts of the internet."""

    def __init__(self, networks: Networks, *, public: bool, resolve: Resolve) -> None:
        self._networks, self._public, self._resolve = networks, public, resolve
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises AddressRefused unless all addresses of the host are allowed."""
        async with asyncio.timeout(timeout):
            addresses = await self._resolve(host, port)
            for address in addresses:
                if not self._is_allowed(address, port):
                    raise AddressRefused(
                        f"{host} has the address {address}, and events are not sent there (port {port})"
                    )
            failure: Exception = OSError(f"{host} has no address")
            for address in addresses:
                try:
                    return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
                except httpcore.NetworkError as error:
                    failure = error
            raise failure

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused("events are not sent to sockets of this machine")

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)

    def _is_allowed(self, address: str, port: int) -> bool:
        # An address with a zone is link-local.
        if "%" in address:
            return False
        known = ip_address(address)
        return is_in(known, self._networks) or (self._public and port == HTTPS_PORT and is_public(known))


class HttpSender:
    """Sends events within `timeout_s` each."""

    def __init__(self, networks: Networks, *, timeout_s: float, resolve: Resolve | None = None) -> None:
        self._timeout_s = timeout_s
        self._threads = ThreadPoolExecutor(_RESOLVERS, thread_name_prefix="resolver")
        secure = create_ssl_context()
        # Without TLS, to the networks of the shop only.
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                ssl_context=secure,
                max_connections=_CONNECTIONS,
                max_keepalive_connections=_KEPT,
                keepalive_expiry=_KEPT_S,
                network_backend=GuardedNetwork(networks, public=scheme == "https", resolve=resolve or self._resolved),
            )
            for scheme in ("https", "http")
        }

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.aclose()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """How the receiver answered; never raises because of it."""
        try:
            async with asyncio.timeout(self._timeout_s):
                status = await self._post(url, headers, body)
        except (TimeoutError, httpcore.TimeoutException):
            return Answer(error=f"no answer within {self._timeout_s:g} s")
        except (AddressRefused, OSError, httpcore.NetworkError, httpcore.ProtocolError) as error:
            return Answer(error=(str(error) or type(error).__name__)[:_ERROR_LENGTH])
        if 300 <= status < 400:
            return Answer(status=status, error=f"answered {status}: redirects are not followed")
        return Answer(status=status, error="" if 200 <= status < 300 else f"answered {status}")

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        pool = self._pools[url.partition(":")[0].lower()]
        within = dict.fromkeys(("read", "write", "pool"), self._timeout_s) | {"connect": _CONNECT_S}
        sent = {"content-type": "application/json", "user-agent": "EasyOrder-Webhooks", **headers}
        async with pool.stream(
            "POST", url, headers=list(sent.items()), content=body, extensions={"timeout": within}
        ) as response:
            read = 0
            async for part in response.aiter_stream():
                read += len(part)
                if read > _ANSWER_BYTES:
                    break  # which closes the connection
            return int(response.status)

    async def _resolved(self, host: str, port: int) -> list[str]:
        def resolve() -> list[str]:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            return list(dict.fromkeys(str(address[0]) for *_, address in found))

        return await asyncio.get_running_loop().run_in_executor(self._threads, resolve)
