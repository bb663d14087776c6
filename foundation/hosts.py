"""Servers that are tried in turn, each with its part of the time: one that is silent does not hide the next."""

from __future__ import annotations

import time
from typing import Any


class PoolerIgnoresSettings(RuntimeError):
    """Between us and the server is a pooler for other limits, or the program needs the server itself."""


def connect_to_one(dialect: Any, _record: object, cargs: Any, cparams: dict[str, Any]) -> Any:
    """For SQLAlchemy's `do_connect`: a connection to the first of several hosts that gives one; None for a single host.

    The lists `host` and `port` share `timeout`, in seconds. What answered comes first the next time. If none does, the
    last one's error is raised.
    """
    hosts, ports = cparams.get("host"), cparams.get("port")
    if not isinstance(hosts, list) or not isinstance(ports, list):
        return None
    ends = time.monotonic() + cparams["timeout"]
    servers = list(zip(hosts, ports, strict=True))
    for left, (host, port) in zip(range(len(servers), 0, -1), servers, strict=True):
        one = {"host": host, "port": port, "timeout": max(0.1, (ends - time.monotonic()) / left)}
        try:
            connection = dialect.connect(*cargs, **cparams | one)
        except Exception:
            if left == 1:
                raise
            continue
        in_front = [(host, port), *(server for server in servers if server != (host, port))]
        hosts[:], ports[:] = [at for at, _ in in_front], [at for _, at in in_front]
        return connection
    return None
