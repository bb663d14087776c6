"""`make demo`, or `easyorder demo`, on a running mesh: exits with 0 if every step succeeds, else with 1."""

from __future__ import annotations

import os
import subprocess
import sys

from deploy.local.demo import STORIES
from tests.e2e.running_mesh import ROOT, RunningMesh


def demo(mesh: RunningMesh, module: str, **environment: str) -> subprocess.CompletedProcess[str]:
    settings = {
        "EASYORDER_HTTP_PORT": mesh.http_address.rpartition(":")[2],
        "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}",
        "COLUMNS": "200",
    }
    command = [sys.executable, "-m", module, "demo"]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | settings | environment, capture_output=True, encoding="utf-8", timeout=55
    )


def test_a_good_day(mesh: RunningMesh) -> None:
    done = demo(mesh, "cli")

    assert done.returncode == 0, done.stdout + done.stderr
    assert f"EasyOrder is running at {mesh.url}" in done.stdout
    assert "✗" not in done.stdout
    for story in STORIES:
        assert story.title in done.stdout
        assert f"CONFIRMED → {story.ends}" in done.stdout


def test_a_day_that_goes_wrong(mesh: RunningMesh) -> None:
    done = demo(mesh, "deploy.local", EASYORDER_ADMIN_PASSWORD="not-the-password-1")

    assert done.returncode == 1
    assert "✗ Refused: POST /api/v1/users/login was answered with 401" in done.stdout
