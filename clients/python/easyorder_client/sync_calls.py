"""Calls over grpc: with the caller's token, and tried again as the policy says."""

from __future__ import annotations

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, TypeVar

import grpc

from easyorder_client import messages as m
from easyorder_client.attempts import Attempts, Method, Position, Req, Res, RetryPolicy, is_of_the_token
from easyorder_client.channel import open_channel
from easyorder_client.errors import EasyOrderError, Unauthenticated, Unavailable, from_rpc_error
from easyorder_client.paging import Pager
from easyorder_client.session import EXPORT_S, LOCK_POLL_S, REFRESH_S, REFRESH_TOKEN
from easyorder_client.tokens import MemoryTokenStore, StoredTokens, TokenStore

Item = TypeVar("Item")


class SyncCalls:
    """A channel, the tokens of whoever is signed in, and a policy of retries."""

    def __init__(
        self,
        url: str,
        *,
        ca_file: Path | str | None = None,
        tokens: TokenStore | None = None,
        retries: RetryPolicy = RetryPolicy(),  # noqa: B008 - immutable
        timeout: float = 30.0,
    ) -> None:
        self._channel = open_channel(url, ca_file)
        self._tokens: TokenStore = MemoryTokenStore() if tokens is None else tokens
        self._retries, self._timeout = retries, timeout

    def close(self) -> None:
        """Closes the connection; streams end."""
        self._channel.close()

    def _call(self, method: Method[Req, Res], request: Req, timeout_s: float | None, *, anonymous: bool = False) -> Res:
        attempts = Attempts(method, request, self._retries, timeout_s or self._timeout)
        send: Any = self._channel.unary_unary(method.full_name, bytes, method.response.parse)
        refused = ""
        while True:
            token = "" if anonymous else self._access_token(refused)
            try:
                metadata = attempts.begin(token)
                reply: Res = send(request, timeout=attempts.time_left_s, metadata=metadata)
                return reply
            except grpc.RpcError as error:
                failure = from_rpc_error(error)
            time.sleep(attempts.wait_after(failure, token))
            refused = token if is_of_the_token(failure) else ""

    def _pages(
        self, method: Method[Req, Res], request: Req, items: str, _: type[Item], timeout_s: float | None
    ) -> Pager[Res, Item]:
        return Pager(lambda asked: self._call(method, asked, timeout_s), request, items)

    def _watch(self, method: Method[Req, Res], request: Req) -> Generator[Res, None, None]:
        attempts, position = Attempts(method, request, self._retries, None), Position[Req, Res](request)
        receive: Any = self._channel.unary_stream(method.full_name, bytes, method.response.parse)
        refused = ""
        while True:
            token = self._access_token(refused)
            stream = receive(position.request, metadata=attempts.begin(token))
            try:
                for message in stream:
                    is_event = position.is_event(message)
                    attempts.succeeded()
                    if is_event:
                        yield message
                return
            except grpc.RpcError as error:
                failure = from_rpc_error(error)
            except EasyOrderError as error:
                failure = error
            finally:
                stream.cancel()
            time.sleep(attempts.wait_after(failure, token))
            refused = token if is_of_the_token(failure) else ""

    def _export(
        self, method: Method[Req, m.HttpBody], request: Req, timeout_s: float | None
    ) -> Generator[bytes, None, None]:
        attempts = Attempts(method, request, self._retries, timeout_s or EXPORT_S)
        receive: Any = self._channel.unary_stream(method.full_name, bytes, method.response.parse)
        refused, has_begun = "", False
        while True:
            token = self._access_token(refused)
            metadata = attempts.begin(token)
            stream = receive(request, timeout=attempts.time_left_s, metadata=metadata)
            try:
                for part in stream:
                    has_begun = True
                    yield part.data
                return
            except grpc.RpcError as error:
                failure = from_rpc_error(error)
            finally:
                stream.cancel()
            if has_begun:
                raise failure
            time.sleep(attempts.wait_after(failure, token))
            refused = token if is_of_the_token(failure) else ""

    def _access_token(self, refused: str) -> str:
        """The access token; a new one if it has expired or is the one that was `refused`. Empty if nobody signed in."""
        deadline = time.monotonic() + self._timeout
        while (held := self._tokens.load()) is not None and not held.is_usable(refused):
            if self._tokens.try_lock():
                try:
                    return self._refreshed(refused)
                finally:
                    self._tokens.unlock()
            if time.monotonic() > deadline:
                raise Unavailable("another client refreshes the tokens and does not end", "UNAVAILABLE")
            time.sleep(LOCK_POLL_S)
        return held.access_token if held else ""

    def _refreshed(self, refused: str) -> str:
        # Somebody may have refreshed them before the lock was had.
        held = self._tokens.load()
        if held is None or held.is_usable(refused):
            return held.access_token if held else ""
        request = m.RefreshTokenRequest(refresh_token=held.refresh_token)
        try:
            tokens = self._call(REFRESH_TOKEN, request, REFRESH_S, anonymous=True)
        except Unauthenticated:
            self._tokens.save(None)
            raise
        return self._keep(tokens)

    def _keep(self, tokens: m.Tokens) -> str:
        self._tokens.save(StoredTokens.of(tokens))
        return tokens.access_token
