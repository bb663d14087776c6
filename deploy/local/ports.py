"""Ports: a mesh starts only where all of its ports are free, and otherwise reports who uses them."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Mapping

import psutil

from deploy.local.errors import CannotStart


def all_free(host: str, ports: Iterable[int]) -> bool:
    return not any(_taken(host, port) for port in ports)


def require_free(host: str, ports: Mapping[str, int]) -> None:
    """Raises CannotStart naming every port of `ports` (what it is for -> number) that is taken, and by whom.

    gRPC servers listen with SO_REUSEPORT: without this check, two meshes would silently share ports.
    """
    taken = [
        f"  {port} ({purpose}) is in use by {_holder(port)}" for purpose, port in ports.items() if _taken(host, port)
    ]
    if taken:
        raise CannotStart(
            "Ports that EasyOrder needs are not free:\n" + "\n".join(taken) + "\n"
            "Stop what uses them, or take others: EASYORDER_HTTP_PORT=8180 EASYORDER_PORT_OFFSET=100 make up"
        )


def _taken(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return True
            raise CannotStart(f"Cannot listen on {host}:{port}: {error.strerror}") from error
        return False


def _holder(port: int) -> str:
    try:
        pids = {
            connection.pid
            for connection in psutil.net_connections("tcp")
            if connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
        }
        return ", ".join(f"{_named(pid)} (pid {pid})" for pid in pids if pid) or "a process of somebody else"
    except psutil.AccessDenied:
        return "a process of somebody else"


def _named(pid: int) -> str:
    try:
        return " ".join(psutil.Process(pid).cmdline()[:4])
    except psutil.Error:
        return "a process"
