"""Asks a gRPC server whether it serves (grpc.health.v1): exit status 0 if it does, else 1 and one line that says why.

    python -I -S foundation/grpc_probe.py [host:port]

For probes of containers, many a minute: with the standard library alone it takes 40 ms, with gRPC half a second. The
address is LISTEN_ADDRESS of this process by default; with TLS_DIR, the certificate in it is used.
"""

from __future__ import annotations

import os
import socket
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path

TIMEOUT_S = 2.5
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GOAWAY = 0, 1, 3, 4, 6, 7
_ACKNOWLEDGED = _END_STREAM = 1
_END_HEADERS = 4
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
# A message that is not compressed: HealthCheckRequest() of all services, HealthCheckResponse(status=SERVING).
_REQUEST, _SERVING = b"\0\0\0\0\0", b"\0\0\0\0\x02\x08\x01"
_AUTHORITY = "ca.pem"
_WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


class NotServing(Exception):
    """The message says what is wrong."""


def probe(address: str, tls_dir: Path | None = None) -> None:
    """Raises NotServing, or OSError where nobody answers."""
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    with socket.create_connection((_WILDCARDS.get(host, host), int(port)), timeout=TIMEOUT_S) as plain:
        connection = _encrypted(plain, tls_dir) if tls_dir else plain
        connection.sendall(_PREFACE + _frame(_SETTINGS, 0, 0, b"") + _call(is_tls=tls_dir is not None))
        reply = _reply(connection)
    if reply != _SERVING:
        raise NotServing("it says NOT_SERVING" if reply else "it does not answer as grpc.health.v1 does")


def _encrypted(plain: socket.socket, folder: Path) -> ssl.SSLSocket:
    """With the certificate of the process, which is also the one that the server has to show."""
    own = [path for path in sorted(folder.glob("*.pem")) if path.name != _AUTHORITY]
    if len(own) != 1:
        raise NotServing(f"{folder} should have {_AUTHORITY} and one certificate")
    context = ssl.create_default_context(cafile=str(folder / _AUTHORITY))
    # As gRPC: Python 3.13 also wants extensions that certificates of meshes need not have.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.load_cert_chain(own[0])
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(plain, server_hostname=own[0].stem)


def _call(*, is_tls: bool) -> bytes:
    """The frames of Health/Check on stream 1. Headers are literals (RFC 7541, 6.2.2), but for the method and scheme."""
    named = {
        ":path": "/grpc.health.v1.Health/Check",
        ":authority": "probe",
        "content-type": "application/grpc",
        "te": "trailers",
    }
    literals = [b"\0" + _text(name) + _text(value) for name, value in named.items()]
    block = b"\x83" + (b"\x87" if is_tls else b"\x86") + b"".join(literals)
    return _frame(_HEADERS, _END_HEADERS, 1, block) + _frame(_DATA, _END_STREAM, 1, _REQUEST)


def _text(value: str) -> bytes:
    return bytes([len(value)]) + value.encode()


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _reply(connection: socket.socket) -> bytes:
    """The data that the server sends on stream 1."""
    data = b""
    with connection.makefile("rb") as file:
        while len(head := file.read(9)) == 9:
            kind, flags = head[3], head[4]
            payload = file.read(int.from_bytes(head[:3], "big"))
            if kind == _DATA:
                data += payload
            elif kind in (_SETTINGS, _PING) and not flags & _ACKNOWLEDGED:
                connection.sendall(_frame(kind, _ACKNOWLEDGED, 0, payload if kind == _PING else b""))
            elif kind in (_RESET, _GOAWAY):
                break
            if kind in (_DATA, _HEADERS) and flags & _END_STREAM:
                break
    return data


def main(arguments: list[str], environment: Mapping[str, str]) -> int:
    address = (arguments or [environment.get("EASYORDER_LISTEN_ADDRESS", "")])[0]
    tls_dir = environment.get("EASYORDER_TLS_DIR")
    try:
        probe(address, Path(tls_dir) if tls_dir else None)
    except (NotServing, OSError, ValueError) as fault:
        print(f"{address or 'EASYORDER_LISTEN_ADDRESS'}: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
