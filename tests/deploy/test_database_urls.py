"""`make up` gives each service the URLs of its own databases, with its own role, and nobody else's."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from deploy.config import password_variable
from deploy.local.config import LocalSettings
from deploy.local.console import PrefixedLines, Terminal
from deploy.local.mesh import MIGRATED, SERVICES, LocalMesh

SERVER, REPLICA = "postgresql+asyncpg://owner:secret@db1:5432/", "postgresql+asyncpg://owner:secret@db2:5432/"
NAMES = ("EASYORDER_DATABASE_URL", "EASYORDER_READ_REPLICA_URL")


def urls(tmp_path: Path, module: str, password: str) -> tuple[str, ...]:
    mesh = LocalMesh(LocalSettings(data_dir=tmp_path), PrefixedLines(Terminal(io.StringIO(), on_closed=lambda: None)))
    found = mesh._database_urls({}, module, {password_variable(package): password for package in MIGRATED})
    return tuple(found[name] for name in NAMES)


def test_services_connect_to_server_and_read_replica_as_their_roles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, url in zip(NAMES, (SERVER, REPLICA), strict=True):
        monkeypatch.setenv(name, url)

    assert {module: urls(tmp_path, module, "p@ss") for module in SERVICES.values()} == {
        "identity_svc": ("postgresql+asyncpg://easyorder_identity:p%40ss@db1:5432/", ""),
        "inventory_svc": tuple(f"postgresql+asyncpg://easyorder_inventory:p%40ss@{db}:5432/" for db in ("db1", "db2")),
        "order_svc.payment": ("postgresql+asyncpg://easyorder_payment:p%40ss@db1:5432/", ""),
        "order_svc": tuple(f"postgresql+asyncpg://easyorder_order:p%40ss@{db}:5432/" for db in ("db1", "db2")),
        "edge": ("", ""),
    }
    # Without roles they connect as the owner.
    assert urls(tmp_path, "order_svc", "") == (SERVER, REPLICA)
    assert urls(tmp_path, "identity_svc", "") == (SERVER, "")


def test_without_a_read_replica_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAMES[0], SERVER)

    assert urls(tmp_path, "order_svc", "") == (SERVER, "")
