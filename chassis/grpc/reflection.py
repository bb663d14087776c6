"""Reflection (grpc.reflection.v1alpha) of the public contract, for everybody or for administrators only."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any, cast

from google.protobuf.descriptor import FileDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection

from chassis import contract
from chassis.auth.verifier import TokenVerifier
from chassis.errors import AppError, PermissionDenied
from chassis.grpc import metadata
from chassis.grpc.interceptor import Context, abort, bearer_token, no_token

_HEALTH = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name


class Reflection:
    """Lists those of `services` that are not internal; without `for_all` it asks for an administrator's token."""

    def __init__(self, services: Iterable[str], verifier: TokenVerifier, *, for_all: bool) -> None:
        public = [name for name in services if not contract.is_internal(name)]
        names = (*public, _HEALTH, reflection.SERVICE_NAME)
        # Its annotations call an async generator a coroutine.
        self._answers: Any = reflection.aio.ReflectionServicer(names, pool=cast(Any, _Pool()))
        self._verifier, self._for_all = verifier, for_all

    async def ServerReflectionInfo(self, request_iterator: Any, context: Context) -> AsyncIterator[Any]:
        try:
            await self._permit(metadata.by_name(tuple(context.invocation_metadata() or ())))
        except AppError as error:
            await abort(context, error)
        async for answer in self._answers.ServerReflectionInfo(request_iterator, context):
            yield answer

    async def _permit(self, incoming: dict[str, Any]) -> None:
        if self._for_all:
            return
        if metadata.AUTHORIZATION not in incoming:
            raise no_token()
        caller = await self._verifier.verify(bearer_token(incoming[metadata.AUTHORIZATION]))
        if not caller.is_admin:
            raise PermissionDenied("reflection is for administrators here; /openapi.json tells of the same API")


class _Pool:
    """The public contract; it also finds methods by name, for `grpcurl describe`."""

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:
        """Raises KeyError if there is no such symbol."""
        service, _, method = symbol.rpartition(".")
        is_method = f"/{service}/{method}" in contract.methods()
        return contract.pool(public=True).FindFileContainingSymbol(service if is_method else symbol)

    def __getattr__(self, name: str) -> Any:
        return getattr(contract.pool(public=True), name)
