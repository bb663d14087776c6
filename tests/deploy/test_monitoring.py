"""The rules for Prometheus: promtool says that they are valid, and that each alert fires where it should."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

MONITORING = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
OPERATIONS = MONITORING.parents[1] / "docs" / "operations.md"


@pytest.mark.skipif(not shutil.which("promtool"), reason="needs promtool: apt-get install prometheus")
@pytest.mark.parametrize("check", ["check config prometheus.yml", "test rules alerts_test.yml"])
def test_promtool_finds_no_fault(check: str) -> None:
    done = subprocess.run(["promtool", *check.split()], cwd=MONITORING, capture_output=True, encoding="utf-8")

    assert done.returncode == 0, done.stdout + done.stderr


def test_each_alert_is_tested_and_has_a_recipe() -> None:
    alerts = {rule["alert"] for group in _yaml("alerts.yml")["groups"] for rule in group["rules"]}
    fired = {
        case["alertname"]
        for test in _yaml("alerts_test.yml")["tests"]
        for case in test["alert_rule_test"]
        if case.get("exp_alerts")
    }

    assert fired == alerts
    assert set(re.findall(r"^\| `(EasyOrder\w+)`", OPERATIONS.read_text(encoding="utf-8"), re.M)) == alerts


def test_a_caller_who_left_is_no_error() -> None:
    panels = {panel["title"]: panel for panel in _yaml("grafana.json")["panels"]}
    rules = {rule["alert"]: rule["expr"] for group in _yaml("alerts.yml")["groups"] for rule in group["rules"]}

    assert 'code!~"OK|CANCELLED"' in panels["Errors per second, by reason"]["targets"][0]["expr"]
    assert "CANCELLED" not in rules["EasyOrderCallsFail"]


def _yaml(name: str) -> Any:
    return yaml.safe_load((MONITORING / name).read_text(encoding="utf-8"))
