"""`python -m bench.echo PORT REPLY_FILE`: a gRPC server that replies to every call with the same bytes."""

from __future__ import annotations

import sys
from pathlib import Path

import grpc
import uvloop


class _Echo(grpc.GenericRpcHandler):
    def __init__(self, reply: bytes) -> None:
        self._handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(self._answer)
        self._reply = reply

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        return self._handler

    async def _answer(self, request: bytes, context: object) -> bytes:
        return self._reply


async def serve(port: int, reply: bytes) -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([_Echo(reply)])
    server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), Path(sys.argv[2]).read_bytes()))
