"""Only the user that runs Envoy can reach its admin interface, which can stop it."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.e2e.running_mesh import RunningMesh

NOBODY = 65534
CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"


@pytest.fixture
def envoy(mesh: RunningMesh) -> psutil.Process:
    return next(child for child in psutil.Process(mesh.pid).children() if child.name() == "envoy")


@pytest.fixture
def admin_socket(envoy: psutil.Process) -> Path:
    paths = {str(connection.laddr) for connection in envoy.net_connections("unix")}
    return next(Path(path) for path in paths if path.endswith("/admin.sock"))


def test_no_port_leads_to_it(mesh: RunningMesh, envoy: psutil.Process) -> None:
    listening = {c.laddr.port for c in envoy.net_connections("tcp") if c.status == psutil.CONN_LISTEN}

    assert listening == {int(mesh.http_address.rpartition(":")[2])}


def test_its_socket_is_for_its_user_only(admin_socket: Path) -> None:
    with socket.socket(socket.AF_UNIX) as own:
        own.connect(str(admin_socket))
    assert stat.S_IMODE(admin_socket.stat().st_mode) == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes somebody else")
def test_another_user_is_refused(admin_socket: Path) -> None:
    tried = subprocess.run(
        [sys.executable, "-I", "-S", "-c", CONNECT, str(admin_socket)],
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        encoding="utf-8",
    )

    assert "PermissionError" in tried.stderr
