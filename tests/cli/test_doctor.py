"""doctor finds what is wrong, and says what to do about it."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli import checks
from cli.__main__ import app
from deploy.local.certificates import Authority
from deploy.local.config import LocalSettings
from deploy.local.data_dir import held
from tests.e2e.running_mesh import free_offset, free_port

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def found(tmp_path: Path, **settings: str) -> tuple[int, dict[str, dict[str, str]]]:
    environment = {
        "EASYORDER_DATA_DIR": str(tmp_path / "data"),
        "EASYORDER_HTTP_PORT": str(free_port()),
        "EASYORDER_PORT_OFFSET": str(free_offset()),
        "XDG_CONFIG_HOME": str(tmp_path),
    }
    done = CliRunner().invoke(app, ["doctor", "--json"], env=environment | settings)
    return done.exit_code, {finding["what"]: finding for finding in json.loads(done.stdout)}


def test_all_is_good_where_a_mesh_can_run(tmp_path: Path) -> None:
    exit_code, findings = found(tmp_path)

    assert exit_code == 0, findings
    for what in ("Python", "Envoy", "PostgreSQL", "disk", "ports", "driver"):
        assert findings[what]["state"] != checks.FAULT
    assert findings["shop"]["advice"] == "start it: easyorder up"


def test_a_port_that_is_taken_is_a_fault(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        exit_code, findings = found(tmp_path, EASYORDER_HTTP_PORT=str(taken.getsockname()[1]))

    assert exit_code == 1
    assert "(HTTP) is in use by" in findings["ports"]["found"]
    assert "EASYORDER_HTTP_PORT=8180" in findings["ports"]["advice"]


def test_a_setting_that_is_wrong_is_a_fault(tmp_path: Path) -> None:
    exit_code, findings = found(tmp_path, EASYORDER_REPLICAS="many")

    assert exit_code == 1
    assert "EASYORDER_REPLICAS" in findings["settings"]["found"]


def test_a_mesh_that_runs_has_its_ports(tmp_path: Path) -> None:
    settings = LocalSettings(data_dir=tmp_path)
    with held(tmp_path, url="http://127.0.0.1:8080"):
        [finding] = checks.ports(settings)

    assert finding.state == checks.GOOD
    assert "http://127.0.0.1:8080" in finding.found


@pytest.mark.parametrize(("days", "state"), [(30, checks.GOOD), (3, checks.WARNING)])
def test_a_certificate_that_expires_soon_is_named(tmp_path: Path, days: int, state: str) -> None:
    Authority(tmp_path, ["shop"], life=timedelta(days=days)).issue(datetime.now(UTC))
    pem = tmp_path / "shop.pem"
    settings = LocalSettings(data_dir=tmp_path, envoy_certificate_file=pem, envoy_certificate_key_file=pem)

    [finding] = checks.certificates(settings)

    assert (finding.state, finding.advice) == (state, "" if state == checks.GOOD else "renew it")


def test_a_full_disk_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "ROOM_MB", 10**12)

    [finding] = checks.disk(tmp_path / "not" / "there")

    assert (finding.state, finding.advice) == (checks.FAULT, "make room, or choose another EASYORDER_DATA_DIR")


@pytest.mark.parametrize(("minutes", "says"), [(10, "ahead of"), (-10, "behind")])
def test_a_clock_that_is_wrong_is_a_fault(minutes: int, says: str) -> None:
    own = NOW + timedelta(minutes=minutes)

    finding = checks.clock(NOW, own, own + timedelta(seconds=1))

    assert finding.state == checks.FAULT
    assert says in finding.found


def test_a_clock_may_differ_by_the_time_of_the_question() -> None:
    assert checks.clock(NOW, NOW, NOW + timedelta(seconds=2)).state == checks.GOOD


def test_an_odbc_driver_that_is_missing_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    import pyodbc

    monkeypatch.setattr(pyodbc, "drivers", list)

    [finding] = checks.drivers("postgresql+aioodbc://localhost")

    assert (finding.state, finding.advice) == (checks.FAULT, "apt-get install odbc-postgresql unixodbc")
