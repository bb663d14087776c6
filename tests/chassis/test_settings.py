"""Settings come from EASYORDER_… variables, and the defaults fit one laptop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chassis.settings import MAX_PORT_OFFSET, PORTS, MeshSettings, from_environment
from deploy.local.config import REPLICA_STRIDE, LocalSettings

LINUX_GIVES_TO_OUTGOING_CONNECTIONS_FROM = 32_768


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "PORT_OFFSET", "HOST", "MESH_SECRET", "DATA_DIR"):
        monkeypatch.delenv(f"EASYORDER_{name}", raising=False)


def test_addresses_follow_host_and_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_PORT_OFFSET", "1000")
    monkeypatch.setenv("EASYORDER_PAYMENT_ADDRESS", "payments:1")

    settings = MeshSettings()

    assert settings.order_address == "127.0.0.1:16053"
    assert settings.payment_address == "payments:1"


def test_database_names_are_added_to_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_DATABASE_URL", "postgresql+asyncpg://me:p%40ss@db:5433/")

    assert (
        MeshSettings().database_url("easyorder_identity") == "postgresql+asyncpg://me:p%40ss@db:5433/easyorder_identity"
    )


def test_a_socket_in_the_database_url_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_DATABASE_URL", "postgresql+asyncpg://me@/?host=/run/pg")

    assert MeshSettings().database_url("x") == "postgresql+asyncpg://me@/x?host=%2Frun%2Fpg"


def test_the_secret_is_the_one_kept_in_the_data_dir(tmp_path: Path) -> None:
    (tmp_path / ".data").mkdir()
    (tmp_path / ".data" / "mesh_secret").write_text("kept there by make up, long enough\n", encoding="utf-8")

    assert MeshSettings().mesh_secret.get_secret_value() == "kept there by make up, long enough"


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_MESH_SECRET", "hidden")

    assert "hidden" not in repr(MeshSettings())


def test_no_default_port_can_be_taken_by_an_outgoing_connection() -> None:
    highest = max(PORTS.values()) + MAX_PORT_OFFSET + 8 * REPLICA_STRIDE

    assert highest < LINUX_GIVES_TO_OUTGOING_CONNECTIONS_FROM
    assert LocalSettings().http_port < LINUX_GIVES_TO_OUTGOING_CONNECTIONS_FROM


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("LOG_LEVEL", "LOUD", "EASYORDER_LOG_LEVEL: must be 'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("PORT_OFFSET", "20000", "EASYORDER_PORT_OFFSET: must be less than or equal to 16000"),
        ("PORT_OFFSET", "-1", "EASYORDER_PORT_OFFSET: must be greater than or equal to 0"),
        ("HTTP_PORT", "abc", "EASYORDER_HTTP_PORT: must be a valid integer, unable to parse string as an integer"),
        ("REPLICAS", "10", "EASYORDER_REPLICAS: must be less than or equal to 9"),
        ("CALL_TIMEOUT_S", "nan", "EASYORDER_CALL_TIMEOUT_S: must be less than or equal to 3600"),
        ("CALL_TIMEOUT_S", "inf", "EASYORDER_CALL_TIMEOUT_S: must be less than or equal to 3600"),
        ("ORDER_ADDRESS", "abc", "EASYORDER_ORDER_ADDRESS: must be host:port, or several with commas between them"),
        (
            "LISTEN_ADDRESS",
            "h:70000",
            "EASYORDER_LISTEN_ADDRESS: must be host:port, or several with commas between them",
        ),
        (
            "DATABASE_URL",
            "mysql://x/",
            "EASYORDER_DATABASE_URL: must begin with postgresql+asyncpg:// or postgresql+aioodbc://",
        ),
        ("ALERT_MAIL_TO", "a@b", "EASYORDER_ALERT_MAIL_TO needs EASYORDER_SMTP_URL"),
    ],
)
def test_what_cannot_be_used_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: Any, line: str
) -> None:
    monkeypatch.setenv(f"EASYORDER_{variable}", value)

    with pytest.raises(SystemExit) as refused:
        from_environment(LocalSettings)

    assert refused.value.code == line


def test_every_fault_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_PORT_OFFSET", "x")
    monkeypatch.setenv("EASYORDER_LOG_FORMAT", "xml")

    with pytest.raises(SystemExit) as refused:
        from_environment(MeshSettings)

    assert [line.partition(":")[0] for line in str(refused.value.code).splitlines()] == [
        "EASYORDER_PORT_OFFSET",
        "EASYORDER_LOG_FORMAT",
    ]


def test_a_secret_that_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / ".data" / "mesh_secret").mkdir(parents=True)

    with pytest.raises(SystemExit) as refused:
        from_environment(MeshSettings)

    assert str(refused.value.code).endswith("mesh_secret cannot be read (Is a directory): is EASYORDER_DATA_DIR right?")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("DATA_DIR", "HTTP_PORT", "ORDER_ADDRESS"):
        monkeypatch.setenv(f"EASYORDER_{variable}", "")

    settings = MeshSettings()

    assert (settings.data_dir, settings.http_port) == (Path(".data"), 8080)
    assert settings.order_address == "127.0.0.1:15053"


def test_the_embedded_server_is_found_whatever_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_DATA_DIR", "/srv/R & D, neu/ä?#%/data")

    url = MeshSettings().database_url("x")

    assert url.startswith("postgresql+asyncpg://postgres@/x?host=%2Ftmp%2Feasyorder-")


def test_secrets_are_files_and_variables_come_before_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "EASYORDER_MESH_SECRET").write_text("a secret of a file, long enough to be one\n", encoding="utf-8")
    (secrets / "EASYORDER_DATABASE_URL").write_text("postgresql+asyncpg://me:p@db/\n", encoding="utf-8")
    (secrets / "EASYORDER_METRICS_TOKEN").write_text("m" * 40, encoding="utf-8")
    monkeypatch.setenv("EASYORDER_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("EASYORDER_METRICS_TOKEN", "v" * 40)

    settings = from_environment(MeshSettings)

    assert settings.own_secret == "a secret of a file, long enough to be one"
    assert settings.database_url("x") == "postgresql+asyncpg://me:p@db/x"
    assert settings.metrics_token.get_secret_value() == "v" * 40


def test_a_folder_of_secrets_that_is_not_there_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EASYORDER_SECRETS_DIR", "nowhere")

    with pytest.raises(SystemExit, match="EASYORDER_SECRETS_DIR: must be a folder that exists"):
        from_environment(MeshSettings)
