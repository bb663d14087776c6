"""HTTP clients for what runs on this machine: without TLS, and past any proxy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx


def plain_client(
    url: str = "",
    *,
    socket: Path | None = None,
    local_address: str | None = None,
    limits: httpx.Limits = httpx.Limits(),  # noqa: B008 - immutable
    **options: Any,
) -> httpx.AsyncClient:
    """A client of `url`, by a Unix `socket` or from `local_address` if given; `options` are those of httpx."""
    # verify=False, because making a TLS context takes 20 ms.
    transport = httpx.AsyncHTTPTransport(
        verify=False, uds=str(socket) if socket else None, local_address=local_address, limits=limits
    )
    return httpx.AsyncClient(base_url=url, transport=transport, trust_env=False, **options)
