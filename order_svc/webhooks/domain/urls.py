"""Which URLs and which addresses events may be sent to: none inside the network of the shop, unless it says so."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from chassis.errors import FieldViolation
from foundation.addresses import Networks

HTTPS_PORT = 443
_FORM = "must be a URL such as https://example.com/events"
# A name, an IPv4 address, or an IPv6 address without a zone.
_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")
_VISIBLE = re.compile(r"[!-~]+")
# What IANA gives to hosts of the internet, without the prefixes that lead to an IPv4 address: 6to4 and Teredo.
_GLOBAL_IPV6 = ip_network("2000::/3")
_EMBEDDED_IPV4 = (ip_network("2002::/16"), ip_network("2001::/32"))
# Not known as such to all versions of Python.
_RESERVED_IPV4 = (ip_network("192.0.0.0/24"), ip_network("192.88.99.0/24"))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is that of a host of the internet.

    Not private, loopback, link-local, shared (CGNAT), multicast or reserved, nor an IPv6 address that stands for one of
    IPv4. Those of cloud metadata are link-local, shared or private.
    """
    if address.is_multicast or not address.is_global:
        return False
    if isinstance(address, IPv6Address):
        return address in _GLOBAL_IPV6 and not any(address in network for network in _EMBEDDED_IPV4)
    return not any(address in network for network in _RESERVED_IPV4)


def is_in(address: IPv4Address | IPv6Address, networks: Networks) -> bool:
    return any(address in network for network in networks)


def faults_of_url(url: str, networks: Networks) -> list[FieldViolation]:
    """What is wrong with the URL of a webhook, in a shop that allows these networks besides the internet."""
    return [FieldViolation("webhook.url", fault) for fault in _faults(url, networks)]


def _faults(url: str, networks: Networks) -> list[str]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        # Names that cannot be looked up: with empty parts, or with ones of more than 63 characters.
        host.encode("idna")
    except ValueError:
        return [_FORM]
    if not _VISIBLE.fullmatch(url) or not _HOST.fullmatch(host) or parts.scheme not in ("https", "http"):
        return [_FORM]
    found = []
    if parts.scheme == "http" and not networks:
        found.append("must begin with https://")
    if "@" in parts.netloc:
        found.append("must not have a user or a password")
    if "#" in url:
        found.append("must not have a fragment")
    if port not in (None, HTTPS_PORT) and not networks:
        found.append(f"must have the port {HTTPS_PORT}, or none")
    if _is_forbidden(host, networks):
        found.append("must have a public address")
    return found


def _is_forbidden(host: str, networks: Networks) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        # What a name leads to is looked at whenever it is connected to.
        return False
    return not (is_public(address) or is_in(address, networks))
