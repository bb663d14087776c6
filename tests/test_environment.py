"""Tests do not depend on the environment of the shell that runs them."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.architecture.tracked import ROOT


def test_a_shell_that_is_set_to_run_a_mesh_changes_no_test() -> None:
    mesh = {
        "EASYORDER_HTTP_PORT": "abc",
        "EASYORDER_REPLICAS": "3",
        "EASYORDER_ORDER_ADDRESS": "order.example.com:443",
        "EASYORDER_DATA_DIR": "/nowhere",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/deploy/test_config.py"]

    done = subprocess.run(command, cwd=ROOT, env=os.environ | mesh, capture_output=True, encoding="utf-8", timeout=50)

    assert done.returncode == 0, done.stdout
