"""Opens channels inside the mesh: always direct, ignoring http_proxy."""

from __future__ import annotations

from functools import partial
from typing import Any

import grpc

from chassis.grpc.tls import Tls

# 200 holds of 100 lines with the longest texts are 39 MB; by default, all of them fail at 4 MB.
OPTIONS = (("grpc.max_receive_message_length", 64 * 1024 * 1024),)


def open_channel(
    target: str, options: tuple[tuple[str, Any], ...] = (), *, tls: Tls | None = None, name: str = ""
) -> grpc.aio.Channel:
    """A channel without proxy. By default, gRPC uses a proxy for loopback addresses, too.

    With `tls`, the server must have a certificate with `name`.
    """
    options = (("grpc.enable_http_proxy", 0), *OPTIONS, *options)
    if tls is None:
        return grpc.aio.insecure_channel(target, options=options)  # without grpc.enable_http_proxy: see above
    named = (("grpc.ssl_target_name_override", name), *options)
    return grpc.aio.secure_channel(target, tls.channel_credentials, options=named)


class RenewedChannel:
    """A channel that is opened again after the certificate was replaced; calls in flight keep the one before."""

    def __init__(
        self, target: str, options: tuple[tuple[str, Any], ...] = (), *, tls: Tls | None = None, name: str = ""
    ) -> None:
        self._tls, self._credentials = tls, tls and tls.channel_credentials
        self._open = partial(open_channel, target, options, tls=tls, name=name)
        self._channel = self._open()

    def current(self) -> grpc.aio.Channel:
        if self._tls and self._credentials is not (credentials := self._tls.channel_credentials):
            self._credentials, self._channel = credentials, self._open()
        return self._channel

    async def close(self) -> None:
        await self._channel.close(None)
