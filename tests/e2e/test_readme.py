"""The commands of the README work as written in the usual shells, and print the output that it shows."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.documented_commands import outputs, script_of, shown
from tests.e2e.running_mesh import ROOT, RunningMesh

PROGRAMS = Path(sys.executable).parent


def walk_through(mesh: RunningMesh, shell: str) -> tuple[str, list[str | None]]:
    """The README's commands as one script, on this mesh and with names of their own; what each block has to print."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, own in {"127.0.0.1:8080": mesh.http_address, "ada@": f"{shell}@", "LAMP-1": f"LAMP-{shell}"}.items():
        readme = readme.replace(name, own)
    # Long enough to be paid.
    readme = readme.replace(" -m 5 ", " -m 2 ")
    readme = readme.replace(".venv/bin/", "").replace('"my-', f'"{shell}-')
    return script_of(readme)


@pytest.mark.skipif(not shutil.which("curl"), reason="the README's commands need curl: apt-get install curl")
@pytest.mark.parametrize("shell", ["bash", "dash", "zsh"])
def test_the_walk_through(mesh: RunningMesh, shell: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"needs {shell}: apt-get install {shell}")
    script, expected = walk_through(mesh, shell)
    environment = os.environ | {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT / 'gen'}",
        # Nothing of it may be asked on the way to this machine.
        "http_proxy": "http://127.0.0.1:1",
    }

    done = subprocess.run([shell], input=script, env=environment, capture_output=True, encoding="utf-8", timeout=50)

    assert done.returncode == 0, done.stdout + done.stderr
    printed = outputs(done.stdout)
    assert len(printed) == len(expected) == 5
    for output, wanted in zip(printed, expected, strict=True):
        assert shown(wanted or "").fullmatch(output), f"{output}\nis not what the README shows:\n{wanted}"
