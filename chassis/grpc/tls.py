"""Mutual TLS: each process of a mesh has a certificate with its name, and trusts those of one authority (ADR 0058).

A folder has `ca.pem`, the certificate of the authority, and `order.pem`, the private key of order_svc and its
certificate, which is replaced while the process runs. A handshake uses the files as they are then; a connection
outlives them.
"""

from __future__ import annotations

from pathlib import Path

import grpc

from foundation.watched_file import watched

AUTHORITY = "ca.pem"
_HINT = "is EASYORDER_TLS_DIR right?"


class Tls:
    """The certificate of the process `name`. Ends the process if there is none in `folder`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._client = watched(self._own, self._channel_credentials, _HINT)

    @property
    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Others after the certificate was replaced: a new channel is needed then."""
        return self._client.content()

    def server_credentials(self) -> grpc.ServerCredentials:
        """Demands a certificate of every client."""
        # gRPC asks for it in each handshake, in a thread of its own.
        own = watched(self._own, self._configuration, _HINT)
        return grpc.dynamic_ssl_server_credentials(
            own.content(), lambda: own.content(now=True), require_client_authentication=True
        )

    @property
    def _own(self) -> Path:
        return self._folder / f"{self._name}.pem"

    def _authority(self) -> bytes:
        return (self._folder / AUTHORITY).read_bytes()

    def _channel_credentials(self, pem: bytes) -> grpc.ChannelCredentials:
        return grpc.ssl_channel_credentials(self._authority(), pem, pem)

    def _configuration(self, pem: bytes) -> grpc.ServerCertificateConfiguration:
        return grpc.ssl_server_certificate_configuration([(pem, pem)], root_certificates=self._authority())
