"""Finds out who calls, from the bearer token and from nothing else."""

from __future__ import annotations

from typing import Any

from grpc_interceptor.server import AsyncServerInterceptor

from chassis import contract
from chassis.auth import TokenVerifier
from chassis.context import ANONYMOUS, Audience, Caller, identify
from chassis.errors import AppError, Unauthenticated
from chassis.grpc import metadata
from chassis.grpc.interceptors import Context, Handler


class AuthenticationInterceptor(AsyncServerInterceptor):
    """Without a token the caller is anonymous. A bad one is refused, but on public methods it is only ignored."""

    def __init__(self, verifier: TokenVerifier) -> None:
        self._verifier = verifier

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        incoming = metadata.incoming.get()
        caller = await self._caller(incoming.get(metadata.AUTHORIZATION), method_name)
        if caller is not ANONYMOUS:
            identify(caller, on_behalf_of=incoming.get(metadata.ON_BEHALF_OF, "") if caller.is_service else "")
        return await method(request_or_iterator, context)

    async def _caller(self, authorization: str | None, method_name: str) -> Caller:
        if authorization is None:
            return ANONYMOUS
        try:
            scheme, _, token = authorization.partition(" ")
            if scheme.lower() != "bearer":
                raise Unauthenticated("send the access token as `authorization: Bearer …`")
            return await self._verifier.verify(token)
        except AppError:
            if Audience.PUBLIC in contract.methods()[method_name].access.allow:
                return ANONYMOUS
            raise
