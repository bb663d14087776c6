"""Lets a call through only when the contract allows its caller; what the contract does not allow is refused."""

from __future__ import annotations

from typing import Any

from grpc_interceptor.server import AsyncServerInterceptor

from chassis import contract
from chassis.context import ANONYMOUS, current
from chassis.errors import PermissionDenied, Unauthenticated
from chassis.grpc.interceptors import Context, Handler


class AccessInterceptor(AsyncServerInterceptor):
    """Enforces (easyorder.auth.v1.access). Ownership of the resource is SQL's business, further in."""

    async def intercept(self, method: Handler, request_or_iterator: Any, context: Context, method_name: str) -> Any:
        caller = current().caller
        if caller.audiences.isdisjoint(contract.methods()[method_name].access.allow):
            if caller is ANONYMOUS:
                raise Unauthenticated("this needs an access token; log in first")
            raise PermissionDenied("this is not for you")
        return await method(request_or_iterator, context)
