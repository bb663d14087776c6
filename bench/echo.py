"""`python -m bench.echo PORT REPLY_FILE [TLS_DIR]`: a gRPC server that replies to every call with the same bytes.

With a folder of certificates it has that of order_svc, like the service that it stands for.
"""

from __future__ import annotations

import sys
from pathlib import Path

import grpc
import uvloop

from chassis.grpc.tls import Tls


class _Echo(grpc.GenericRpcHandler):
    def __init__(self, reply: bytes) -> None:
        self._handler: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(self._answer)
        self._reply = reply

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        return self._handler

    async def _answer(self, request: bytes, context: object) -> bytes:
        return self._reply


async def serve(port: int, reply: bytes, tls: Tls | None) -> None:
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([_Echo(reply)])
    address = f"127.0.0.1:{port}"
    if tls:
        server.add_secure_port(address, tls.server_credentials())
    else:
        server.add_insecure_port(address)
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    port, reply_file, *tls_dir = sys.argv[1:]
    uvloop.run(serve(int(port), Path(reply_file).read_bytes(), Tls(Path(tls_dir[0]), "order") if tls_dir else None))
