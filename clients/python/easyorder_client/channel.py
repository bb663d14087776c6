"""Where the shop is: http://host:port without TLS, https://host with it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import grpc


def _version() -> str:
    try:
        return version("easyorder-client")
    except PackageNotFoundError:  # part of a checkout
        return "dev"


OPTIONS: tuple[tuple[str, Any], ...] = (
    # The shop knows a client by it: a refresh token whose reply was lost may be sent again by the same one.
    ("grpc.primary_user_agent", f"easyorder-client/{_version()}"),
    # A connection that is dead is noticed during a stream, too.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)


def target_of(url: str) -> tuple[str, bool]:
    """host:port, and whether it is reached with TLS. Raises ValueError for anything but http:// and https://."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError(f"the address of a shop is such as https://shop.example.com, not {url}")
    is_tls = parts.scheme == "https"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{host}:{parts.port or (443 if is_tls else 80)}", is_tls


def credentials_of(ca_file: Path | str | None) -> grpc.ChannelCredentials:
    """TLS that trusts the authorities in `ca_file`, or without one those that gRPC comes with."""
    return grpc.ssl_channel_credentials(Path(ca_file).read_bytes() if ca_file else None)


def open_channel(url: str, ca_file: Path | str | None) -> grpc.Channel:
    target, is_tls = target_of(url)
    if is_tls:
        return grpc.secure_channel(target, credentials_of(ca_file), options=OPTIONS)
    return grpc.insecure_channel(target, options=(("grpc.enable_http_proxy", 0), *OPTIONS))


def open_async_channel(url: str, ca_file: Path | str | None) -> grpc.aio.Channel:
    target, is_tls = target_of(url)
    if is_tls:
        return grpc.aio.secure_channel(target, credentials_of(ca_file), options=OPTIONS)
    return grpc.aio.insecure_channel(target, options=(("grpc.enable_http_proxy", 0), *OPTIONS))
