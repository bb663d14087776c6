"""A host of its own that can vanish: from then on, the kernel of either side gets no packet of the other.

The host is a network namespace, which only root makes. Programs need not run there: a socket that was made there stays.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass

import pytest

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def _ip(arguments: str) -> None:
    subprocess.run(["ip", *arguments.split()], check=True, capture_output=True)


@dataclass(frozen=True)
class Host:
    """`address` is that of the host, `here` that of this machine on the link to it."""

    name: str
    address: str
    here: str

    def vanish(self) -> None:
        _ip(f"-n {self.name} link set there down")

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Sockets that are made in the block belong to the host."""
        with open("/proc/thread-self/ns/net", "rb") as before, open(f"/run/netns/{self.name}", "rb") as there:
            _enter(there.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@contextmanager
def host() -> Iterator[Host]:
    """A host for the block, directly connected to this machine."""
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("needs root, who makes network namespaces, and iproute2")
    # A network for tests (RFC 2544); each process has its own four addresses.
    number = os.getpid() % 2**14 * 4
    network = f"198.{18 + (number >> 16)}.{number >> 8 & 255}"
    made = Host(f"eo{os.getpid()}", f"{network}.{number % 256 + 2}", f"{network}.{number % 256 + 1}")
    _ip(f"netns add {made.name}")
    try:
        _ip(f"link add {made.name} type veth peer name there netns {made.name}")
        _ip(f"addr add {made.here}/30 dev {made.name}")
        _ip(f"-n {made.name} addr add {made.address}/30 dev there")
        _ip(f"link set {made.name} up")
        _ip(f"-n {made.name} link set there up")
        # Otherwise the kernel would soon say that no host has the address.
        for device, address, where in ((made.name, made.address, ""), ("there", made.here, f"-n {made.name} ")):
            _ip(f"{where}neigh replace {address} lladdr {_hardware(made, device)} dev {device} nud permanent")
        yield made
    finally:
        with suppress(subprocess.CalledProcessError):
            _ip(f"link del {made.name}")
        _ip(f"netns del {made.name}")


def _hardware(made: Host, of: str) -> str:
    """The hardware address of the other end of a device."""
    where = ["-n", made.name] if of == made.name else []
    other = "there" if where else made.name
    shown = subprocess.run(["ip", *where, "-o", "link", "show", other], check=True, capture_output=True).stdout
    return shown.decode().partition("link/ether ")[2].split()[0]


Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


@asynccontextmanager
async def passing_on(listening: socket.socket, connect: Connect) -> AsyncIterator[None]:
    """Passes both directions of each connection to `listening` on to one of its own."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            to_reader, to_writer = await connect()
            await asyncio.gather(_pump(reader, to_writer), _pump(to_reader, writer))

    async with await asyncio.start_server(accept, sock=listening):
        yield


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.close()


@asynccontextmanager
async def served_there(there: Host, connect: Connect, port: int = 0) -> AsyncIterator[int]:
    """The host listens at the port, and passes on to a server elsewhere."""
    with there.inside():
        listening = socket.create_server((there.address, port))
    async with passing_on(listening, connect):
        yield listening.getsockname()[1]


@asynccontextmanager
async def from_there(there: Host, port: int) -> AsyncIterator[int]:
    """A port of this machine that leads to another one of it, by a connection of the host."""

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        with there.inside():
            client = socket.socket()
        client.setblocking(False)
        await asyncio.get_running_loop().sock_connect(client, (there.here, port))
        return await asyncio.open_connection(sock=client)

    listening = socket.create_server(("127.0.0.1", 0))
    async with passing_on(listening, connect):
        yield listening.getsockname()[1]
