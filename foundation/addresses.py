"""The address a call comes from: the one a trusted proxy reports, otherwise the peer of the connection."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import unquote

Networks = tuple[IPv4Network | IPv6Network, ...]

LOOPBACK = "127.0.0.0/8,::1/128"
_IPV6_OF_ONE_CLIENT = 64  # bits: the smallest network that a provider assigns


def networks(listed: str) -> Networks:
    """Parses comma-separated networks or addresses. Raises ValueError."""
    return tuple(ip_network(one.strip(), strict=False) for one in listed.split(",") if one.strip())


def grpc_target(address: str) -> str:
    """What gRPC takes for host:port, or for several: one name, of which it calls all addresses, or a list of addresses.

    Raises ValueError for a list of names.
    """
    replicas = [replica.strip() for replica in address.split(",")]
    if len(replicas) == 1:
        return address
    try:
        first, *_ = (ip_address(replica.rpartition(":")[0].strip("[]")) for replica in replicas)
    except ValueError as error:
        hint = "several replicas need IP addresses, or one name that has the addresses of all"
        raise ValueError(f"{address}: {hint}") from error
    return f"ipv{first.version}:{','.join(replicas)}"


def all_loopback(listed: str) -> bool:
    """Whether every host:port of a comma-separated list can be reached from this machine only."""
    hosts = [one.strip().rpartition(":")[0].strip("[]") for one in listed.split(",")]
    return all(host == "localhost" or is_loopback(host) for host in hosts)


def is_loopback(host: str) -> bool:
    """False for a name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host(peer: str) -> str:
    """`10.0.0.7` of a peer as gRPC writes it (`ipv4:10.0.0.7:4711`); something else if it is not an IP connection."""
    return unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")


def is_in(peer: str, listed: str) -> bool:
    """Whether a peer, as gRPC writes it, is in one of the networks."""
    try:
        address = ip_address(_host(peer))
    except ValueError:
        return False
    return any(address in network for network in networks(listed))


@lru_cache(maxsize=4096)
def client_address(peer: str, forwarded: str, trusted: str) -> str:
    """The address of a client; for IPv6, its network.

    `peer` is the peer of the connection as gRPC writes it (`ipv4:10.0.0.7:4711`). `forwarded`, the address sent with
    the call, is used only if the peer is in one of the `trusted` networks.
    """
    host = _host(peer)
    try:
        address = ip_address(host)
    except ValueError:  # not an IP connection
        return peer
    if forwarded and is_in(peer, trusted):
        try:
            address = ip_address(forwarded)
        except ValueError:
            return host
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((address, _IPV6_OF_ONE_CLIENT), strict=False))
    return str(address)
