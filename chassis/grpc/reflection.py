"""gRPC reflection of the contract, so that grpcurl and others need no proto files."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import grpc
from google.protobuf.descriptor import FileDescriptor
from grpc_reflection.v1alpha import reflection

from chassis import contract

SERVICE = reflection.SERVICE_NAME


def enable(server: grpc.aio.Server, services: Collection[str]) -> None:
    """Lists `services`, and describes everything in the contract."""
    pool: Any = _Pool()
    reflection.enable_server_reflection((*services, SERVICE), server, pool=pool)


class _Pool:
    """The contract's pool, but it finds methods by name too, which upb can't: `grpcurl describe` asks for them."""

    def FindFileContainingSymbol(self, symbol: str) -> FileDescriptor:
        """KeyError when there is no such symbol."""
        service, _, method = symbol.rpartition(".")
        if f"/{service}/{method}" in contract.methods():
            symbol = service
        return contract.pool().FindFileContainingSymbol(symbol)

    def __getattr__(self, name: str) -> Any:
        return getattr(contract.pool(), name)
