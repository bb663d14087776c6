"""The commands of the guides work as written in the usual shells, and print the output that they show."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.documented_commands import outputs, script_of, shown
from tests.e2e.running_mesh import ROOT, RunningMesh

GUIDES = ROOT / "docs" / "guide"
FIRST_ORDER = "first-order"
# All others go on after the first order.
OTHERS = sorted(page.stem for page in GUIDES.glob("*.md") if page.stem != FIRST_ORDER)
PROGRAMS = Path(sys.executable).parent


def walk_through(mesh: RunningMesh, shell: str, pages: list[str]) -> tuple[str, list[str | None]]:
    """The pages' commands as one script, on this mesh and with names of their own; what each block has to print."""
    text = "\n".join((GUIDES / f"{page}.md").read_text(encoding="utf-8") for page in pages)
    own_names = f"{shell}{len(pages)}"
    for name, own in {
        "127.0.0.1:8080": mesh.http_address,
        "ada@": f"{own_names}@",
        "LAMP-1": f"LAMP-{own_names}",
    }.items():
        text = text.replace(name, own)
    # Long enough to be paid.
    text = text.replace(" -m 5 ", " -m 2 ")
    text = text.replace(".venv/bin/", "").replace('"my-', f'"{own_names}-')
    return script_of(text)


@pytest.mark.skipif(not shutil.which("curl"), reason="the guides' commands need curl: apt-get install curl")
@pytest.mark.parametrize(
    ("shell", "pages", "blocks"),
    [
        ("bash", [FIRST_ORDER, *OTHERS], 14),
        ("dash", [FIRST_ORDER], 5),
        ("zsh", [FIRST_ORDER], 5),
    ],
)
def test_the_walk_through(mesh: RunningMesh, shell: str, pages: list[str], blocks: int) -> None:
    if not shutil.which(shell):
        pytest.skip(f"needs {shell}: apt-get install {shell}")
    script, expected = walk_through(mesh, shell, pages)
    environment = os.environ | {
        "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT / 'gen'}",
        # Nothing of it may be asked on the way to this machine.
        "http_proxy": "http://127.0.0.1:1",
    }

    done = subprocess.run([shell], input=script, env=environment, capture_output=True, encoding="utf-8", timeout=50)

    assert done.returncode == 0, done.stdout + done.stderr
    printed = outputs(done.stdout)
    assert len(printed) == len(expected) == blocks
    for output, wanted in zip(printed, expected, strict=True):
        assert shown(wanted or "").fullmatch(output), f"{output}\nis not what the guide shows:\n{wanted}"
