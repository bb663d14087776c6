"""Mutual TLS: each process of a mesh has a certificate with its name, and trusts those of one authority (ADR 0058).

A folder has `ca.pem`, the certificate of the authority, and `order.pem`, the private key of order_svc and its
certificate, which is replaced while the process runs. A handshake uses the files as they are then; a connection
outlives them.
"""

from __future__ import annotations

import time
from pathlib import Path

import grpc

from foundation.watched_file import watched

AUTHORITY = "ca.pem"
_HANDSHAKES_BEGUN_S = 0.05
_HINT = "is EASYORDER_TLS_DIR right?"


class Tls:
    """The certificate of the process `name`. Ends the process if there is none in `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._authority, self._own = folder / AUTHORITY, folder / f"{name}.pem"
        self._client = watched(
            self._own, lambda pem: grpc.ssl_channel_credentials(self._authority.read_bytes(), pem, pem), _HINT
        )

    @property
    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Others after the certificate was replaced: a new channel is needed then."""
        return self._client.content()

    def server_credentials(self) -> grpc.ServerCredentials:
        """Demands a certificate of every client."""
        own = watched(self._own, self._configuration, _HINT)
        first = used = own.content()

        def replacement() -> grpc.ServerCertificateConfiguration | None:
            """gRPC asks in each handshake, in a thread of its own, one after the other."""
            nonlocal used
            if (found := own.content(now=True)) is used:
                return None
            # Once this returns, gRPC frees what a handshake may just be taking: grpc/grpc#36693.
            time.sleep(_HANDSHAKES_BEGUN_S)
            used = found
            return found

        return grpc.dynamic_ssl_server_credentials(
            first,
            replacement,  # type: ignore[arg-type]  # its stub knows no None, which is no change
            require_client_authentication=True,
        )

    def _configuration(self, pem: bytes) -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration([(pem, pem)], root_certificates=self._authority.read_bytes())
