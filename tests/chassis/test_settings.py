"""Settings come from EASYORDER_… variables, and the defaults fit one laptop."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from chassis.settings import MeshSettings


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "PORT_OFFSET", "HOST", "MESH_SECRET", "DATA_DIR"):
        monkeypatch.delenv(f"EASYORDER_{name}", raising=False)


def test_addresses_follow_host_and_offset(monkeypatch):
    monkeypatch.setenv("EASYORDER_PORT_OFFSET", "1000")
    monkeypatch.setenv("EASYORDER_PAYMENT_ADDRESS", "payments:1")

    settings = MeshSettings()

    assert settings.order_address == "127.0.0.1:51053"
    assert settings.payment_address == "payments:1"


def test_database_names_are_added_to_the_server(monkeypatch):
    monkeypatch.setenv("EASYORDER_DATABASE_URL", "postgresql+asyncpg://me:p%40ss@db:5433/")

    assert (
        MeshSettings().database_url("easyorder_identity") == "postgresql+asyncpg://me:p%40ss@db:5433/easyorder_identity"
    )


def test_a_socket_in_the_database_url_is_kept(monkeypatch):
    monkeypatch.setenv("EASYORDER_DATABASE_URL", "postgresql+asyncpg://me@/?host=/run/pg")

    assert MeshSettings().database_url("x") == "postgresql+asyncpg://me@/x?host=%2Frun%2Fpg"


def test_the_secret_is_the_one_kept_in_the_data_dir(tmp_path):
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "mesh_secret").write_text("kept there by make up, long enough\n")

    assert MeshSettings().mesh_secret.get_secret_value() == "kept there by make up, long enough"


def test_a_secret_is_not_shown(monkeypatch):
    monkeypatch.setenv("EASYORDER_MESH_SECRET", "hidden")

    assert "hidden" not in repr(MeshSettings())


def test_nonsense_is_refused_at_the_start(monkeypatch):
    monkeypatch.setenv("EASYORDER_LOG_LEVEL", "LOUD")

    with pytest.raises(ValidationError, match="log_level"):
        MeshSettings()
