"""A mesh refuses to start if a port is taken, and names the port, its purpose and the program that uses it."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator

import pytest

from deploy.local.errors import CannotStart
from deploy.local.ports import require_free

HOST = "127.0.0.1"


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server((HOST, 0), reuse_port=True) as taken:
        yield taken


def test_free_ports_are_no_obstacle() -> None:
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]

    require_free(HOST, {"HTTP": port})


def test_a_taken_port_is_named_with_its_purpose_and_its_holder(listener: socket.socket) -> None:
    port = listener.getsockname()[1]

    with pytest.raises(CannotStart) as refusal:
        require_free(HOST, {"HTTP": port})

    assert f"{port} (HTTP) is in use by" in str(refusal.value)
    assert f"(pid {os.getpid()})" in str(refusal.value)
    assert "EASYORDER_PORT_OFFSET" in str(refusal.value)


def test_every_taken_port_is_named_at_once(listener: socket.socket) -> None:
    with socket.create_server((HOST, 0)) as other, pytest.raises(CannotStart) as refusal:
        require_free(HOST, {"HTTP": listener.getsockname()[1], "order service": other.getsockname()[1]})

    assert "(HTTP)" in str(refusal.value)
    assert "(order service)" in str(refusal.value)


def test_a_port_that_this_user_may_not_have_is_another_error() -> None:
    with pytest.raises(CannotStart, match=r"Cannot listen on 192\.0\.2\.1:1"):
        require_free("192.0.2.1", {"HTTP": 1})
