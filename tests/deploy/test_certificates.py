"""The certificates of `make up` are replaced before they expire, whatever else cannot be."""

from __future__ import annotations

import io
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from deploy.local import mesh as local_mesh
from deploy.local.config import LocalSettings
from deploy.local.console import PrefixedLines, Terminal
from deploy.local.mesh import LocalMesh
from tests.polling import eventually


async def test_certificates_are_replaced_although_no_keys_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = LocalSettings(data_dir=tmp_path, service_keys_dir=tmp_path / "keys", certificate_hours=1.2 / 3600)
    mesh = LocalMesh(settings, PrefixedLines(Terminal(io.StringIO(), on_closed=lambda: None)))
    failures = []

    def fail(*_: object, **__: object) -> Sequence[str]:
        failures.append(OSError("no space left on device"))
        raise failures[-1]

    async with AsyncExitStack() as running:
        await mesh._identities(running)
        first = (tmp_path / "tls" / "order.pem").read_bytes()
        monkeypatch.setattr(local_mesh, "make_keys", fail)

        assert await eventually(lambda: (tmp_path / "tls" / "order.pem").read_bytes() != first)
        assert failures
