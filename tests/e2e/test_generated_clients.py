"""Generated clients compile strictly, and the commands of docs/clients.md do what the page says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.shop import Shop
from tests.architecture.tracked import files
from tests.e2e.documented_commands import outputs, script_of, shown
from tests.e2e.running_mesh import ROOT, RunningMesh

EXAMPLES = ROOT / "tests" / "clients"
# As deep as the examples, because their paths to proto/ are relative.
COPY = ROOT / ".cache" / "clients"
ORDERED = re.compile(r"^order (\w+) is", re.MULTILINE)


def walk_through(section: str, mesh: RunningMesh) -> list[str]:
    """Runs the commands of a section of docs/clients.md on this mesh; what the examples printed is as it shows."""
    sections = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8").split("\n## ")
    [page] = [text for text in sections if text.startswith(f"{section}\n")]
    script, expected = script_of(page.replace("tests/clients", ".cache/clients"))
    copy_examples()
    environment = os.environ | {
        "SHOP_URL": mesh.url,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "no_proxy": "127.0.0.1",
    }

    done = subprocess.run(
        ["bash"], cwd=ROOT, input=script, env=environment, capture_output=True, encoding="utf-8", timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr
    printed = outputs(done.stdout)
    assert len(printed) == len(expected)
    examples = [(output, wanted) for output, wanted in zip(printed, expected, strict=True) if wanted]
    for output, wanted in examples:
        assert shown(wanted).fullmatch(output), f"{output}\nis not what docs/clients.md shows:\n{wanted}"
    return [output for output, _ in examples]


def copy_examples() -> None:
    """Nothing is left of an earlier run, and nothing is taken that a developer has generated or installed."""
    shutil.rmtree(COPY, ignore_errors=True)
    for file in files(EXAMPLES.relative_to(ROOT).as_posix()):
        copy = COPY / file.relative_to(EXAMPLES)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, copy)


async def assert_ordered(printed: str, admin: Shop) -> None:
    """The first order that an example made is paid and partly refunded, the second one is cancelled."""
    placed, unwanted = [await admin.get_order(id) for id in dict.fromkeys(ORDERED.findall(printed))]
    assert placed["status"] == "ORDER_STATUS_PAID"
    assert [refund["amount"]["units"] for refund in placed["refunds"]] == ["5"]
    assert unwanted["status"] == "ORDER_STATUS_CANCELLED"


@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node.js and npm: apt-get install nodejs npm")
@pytest.mark.timeout(120)
async def test_clients_in_typescript(mesh: RunningMesh, admin: Shop) -> None:
    for printed in walk_through("TypeScript", mesh):
        await assert_ordered(printed, admin)


@pytest.mark.timeout(120)
async def test_a_client_in_python(mesh: RunningMesh, admin: Shop) -> None:
    [_, printed] = walk_through("Python", mesh)

    await assert_ordered(printed, admin)
