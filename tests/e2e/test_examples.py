"""The examples order what they say, those with generated clients compile strictly, and docs/clients.md shows them."""

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

EXAMPLES = ROOT / "examples"
# As deep as the examples, because their paths to proto/ are relative.
COPIES = ROOT / ".cache"
ORDERED = re.compile(r"^order (\w+) is", re.MULTILINE)


def walk_through(section: str, mesh: RunningMesh) -> list[str]:
    """Runs the commands of a section of docs/clients.md on this mesh; what the examples printed is as it shows."""
    sections = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8").split("\n## ")
    [page] = [text for text in sections if text.startswith(f"{section}\n")]
    for example in re.findall(r"^cd examples/(\S+)$", page, re.MULTILINE):
        copy(example)
    script, expected = script_of(page.replace("cd examples/", "cd .cache/").replace(".venv/bin/python", "python"))
    environment = os.environ | {
        "SHOP_URL": mesh.url,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "no_proxy": "127.0.0.1",
    }

    done = subprocess.run(
        ["bash"], cwd=ROOT, input=script, env=environment, capture_output=True, encoding="utf-8", timeout=100
    )

    assert done.returncode == 0, done.stdout + done.stderr
    printed = outputs(done.stdout)
    assert len(printed) == len(expected)
    examples = [(output, wanted) for output, wanted in zip(printed, expected, strict=True) if wanted]
    for output, wanted in examples:
        assert shown(wanted).fullmatch(output), f"{output}\nis not what docs/clients.md shows:\n{wanted}"
    return [output for output, _ in examples]


def copy(example: str) -> None:
    """Nothing is left of an earlier run, and nothing is taken that a developer has generated or installed."""
    shutil.rmtree(COPIES / example, ignore_errors=True)
    for file in files(f"examples/{example}"):
        target = COPIES / file.relative_to(EXAMPLES)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)


async def assert_ordered(printed: str, admin: Shop) -> None:
    """The first order that each example made is paid and partly refunded, the second one is cancelled."""
    orders = [await admin.get_order(id) for id in dict.fromkeys(ORDERED.findall(printed))]
    assert [order["status"] for order in orders] == ["ORDER_STATUS_PAID", "ORDER_STATUS_CANCELLED"] * (len(orders) // 2)
    for placed in orders[::2]:
        assert [refund["amount"]["units"] for refund in placed["refunds"]] == ["5"]


@pytest.mark.skipif(not shutil.which("npm"), reason="needs Node.js and npm: apt-get install nodejs npm")
async def test_clients_in_typescript(mesh: RunningMesh, admin: Shop) -> None:
    for printed in walk_through("TypeScript", mesh):
        await assert_ordered(printed, admin)


async def test_a_client_in_python(mesh: RunningMesh, admin: Shop) -> None:
    [_, printed] = walk_through("Python over JSON", mesh)

    await assert_ordered(printed, admin)


@pytest.mark.parametrize("section", ["Python", "curl"])
async def test_scripts(mesh: RunningMesh, admin: Shop, section: str) -> None:
    [printed] = walk_through(section, mesh)

    await assert_ordered(printed, admin)


def test_every_example_is_shown() -> None:
    page = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")

    for file in files("examples"):
        folder = file.relative_to(EXAMPLES).parts[0]
        assert f"examples/{folder}" in page, f"docs/clients.md does not mention {folder}"
