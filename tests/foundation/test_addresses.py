"""A client's address is that of the connection, or the one that a trusted proxy reports; others are ignored."""

from __future__ import annotations

import pytest

from foundation.addresses import client_address

TRUSTED = "127.0.0.1, 10.0.0.0/8, fd00::/8"


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("ipv4:127.0.0.1:4711", "", "127.0.0.1"),
        ("ipv4:127.0.0.1:4711", "203.0.113.7", "203.0.113.7"),
        ("ipv4:10.1.2.3:4711", "203.0.113.7", "203.0.113.7"),
        ("ipv4:203.0.113.7:4711", "198.51.100.1", "203.0.113.7"),
        ("ipv4:10.1.2.3:4711", "nonsense", "10.1.2.3"),
        ("ipv6:%5Bfd00::1%5D:4711", "203.0.113.7", "203.0.113.7"),
        ("ipv6:[2001:db8:1:2:3:4:5:6]:4711", "203.0.113.7", "2001:db8:1:2::/64"),
        ("ipv4:127.0.0.1:4711", "2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("ipv4:127.0.0.1:4711", "::ffff:203.0.113.7", "203.0.113.7"),
        ("unix:/run/a.sock", "203.0.113.7", "unix:/run/a.sock"),
    ],
)
def test_the_address_of_a_client(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded, TRUSTED) == address
