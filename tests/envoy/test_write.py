"""What a container of Envoy starts with is written by another one, and Envoy is drained by a third."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from deploy import drain
from deploy.local.front_door import admin_client
from envoy.config import EnvoySettings
from envoy.render import render
from envoy.tls import certificate
from envoy.write import write
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import running_envoy


def test_the_configuration_and_the_file_that_names_the_certificate_are_written(tmp_path: Path) -> None:
    chain, key = tmp_path / "tls.crt", tmp_path / "tls.key"
    plain = EnvoySettings(envoy_socket_dir=tmp_path / "plain")
    encrypted = EnvoySettings(
        envoy_socket_dir=tmp_path / "sockets", envoy_certificate_file=chain, envoy_certificate_key_file=key
    )

    write(plain, tmp_path / "a")
    write(encrypted, tmp_path / "b")

    assert (tmp_path / "a" / "envoy.yaml").read_text(encoding="utf-8") == render(plain)
    assert not plain.envoy_certificate_source.exists()
    assert (tmp_path / "b" / "envoy.yaml").read_text(encoding="utf-8") == render(encrypted)
    assert encrypted.envoy_certificate_source.read_text(encoding="utf-8") == certificate(encrypted)


def test_the_program_says_how_it_is_called() -> None:
    done = subprocess.run([sys.executable, "-m", "envoy.write"], capture_output=True, encoding="utf-8")

    assert (done.returncode, done.stderr) == (1, "usage: python -m envoy.write FOLDER\n")


async def test_envoy_is_told_to_drain(started_mesh: FakeMesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running_envoy(tmp_path, started_mesh.ports) as envoy:
        monkeypatch.setenv("EASYORDER_ENVOY_SOCKET_DIR", str(envoy.admin_socket.parent))
        await drain.main(grace_s=5, now=True)

        async with admin_client(envoy.admin_socket) as admin:
            assert (await admin.get("/ready")).text == "DRAINING\n"
