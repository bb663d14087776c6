"""What the README tells people to type works, word for word."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.running_mesh import ROOT, RunningMesh

BLOCK = re.compile(r"^```(?P<language>bash|python)\n(?P<code>.*?)^```$", re.M | re.S)
PROGRAMS = Path(sys.executable).parent


def commands(mesh: RunningMesh) -> str:
    """The README's bash and Python blocks as one script, on this mesh."""
    blocks = [
        block["code"] if block["language"] == "bash" else f"python - <<'PYTHON'\n{block['code']}PYTHON\n"
        for block in BLOCK.finditer((ROOT / "README.md").read_text(encoding="utf-8"))
    ]
    script = "set -euo pipefail\n" + "\n".join(blocks)
    return script.replace("127.0.0.1:8080", mesh.http_address).replace(".venv/bin/", "")


@pytest.mark.skipif(not shutil.which("curl"), reason="the README's commands need curl: apt-get install curl")
def test_the_commands_of_the_readme(mesh: RunningMesh) -> None:
    environment = os.environ | {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT / 'gen'}",
    }

    done = subprocess.run(
        ["bash"], input=commands(mesh), env=environment, capture_output=True, encoding="utf-8", timeout=50
    )

    assert done.returncode == 0, done.stdout + done.stderr
    watched, _, others = done.stdout.partition("easyorder.order.v1.OrderService")
    assert "ORDER_STATUS_PAID" in watched, done.stdout
    assert '"status": "ORDER_STATUS_CONFIRMED"' in others, done.stdout
    assert "CONFIRMED" in others.splitlines()[-1], done.stdout
