"""The recipes and commands of docs/operations.md work as written, and print what the page shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.e2e.conftest import METRICS_PORT
from tests.e2e.documented_commands import outputs, script_of, shown
from tests.e2e.running_mesh import ROOT, RunningMesh, free_offset, free_port
from tests.e2e.test_operations import a_dead_job
from tests.folders import data_folder

PROGRAMS = Path(sys.executable).parent
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
# These stop the shop, or need one that nobody else uses.
STOPPING = {
    "Back up",
    "Stop the shop",
    "Restore a backup",
    "Reconcile",
    "One replica more",
    "Nobody is an administrator",
    "Restore to a moment",
}
BEGINNING = "Recipes"

# What the recipes are about. The administrator is signed in by the first of them.
ABOUT = """
export CODE=TEN-$NAME SKU=LAMP-$NAME ADMINISTRATOR=boss-$NAME@example.com CORRELATION_ID=$NAME
(
    echo 'Admin123!' | easyorder login admin@example.com --profile maker
    echo 'a long passphrase' | easyorder register "ada-$NAME@example.com" --name Ada
    echo 'a long passphrase' | easyorder register "$ADMINISTRATOR" --name Boss --profile boss
    easyorder incentives add "$CODE" --percent 10 --profile maker
    easyorder products add 'Desk lamp' --sku "$SKU" --price 39.95 --pieces 10 --profile maker
    easyorder users disable "ada-$NAME@example.com" --profile maker
    easyorder users enable "ada-$NAME@example.com" --profile maker
    echo 'a long passphrase' | easyorder login "ada-$NAME@example.com"
) >/dev/null
ORDER=$(easyorder order "$SKU=1" --card tok_ok --quiet)
STUCK=$(easyorder order "$SKU=1" --cash --quiet)
FAILED=$(easyorder order "$SKU=1" --card tok_declined --quiet)
easyorder watch "$ORDER" --until PAID >/dev/null
easyorder watch "$FAILED" --until FAILED >/dev/null
# The token of the latest mail to the administrator, from the terminal of `make up`.
mailed() {
    grep -m 1 -A 4 "Mail to $ADMINISTRATOR" < <(timeout 10 tail -n +1 -F .data/mesh.log) | grep -oE '[A-Za-z0-9_-]{43}$'
}
"""
# `make up` in the background, instead of the one that runs.
UP = """
make() {
    [ "$*" = up ]
    [ -z "${UP:-}" ] || { kill -TERM "$UP" || true; wait "$UP" || true; }
    RUN=$((${RUN:-0} + 1))
    python -m deploy.local up >"up-$RUN.log" 2>&1 &
    UP=$!
    timeout 60 grep -q -m 1 'EasyOrder is up' <(tail -n +1 -F --pid="$UP" "up-$RUN.log" 2>/dev/null)
}
trap '[ -z "${UP:-}" ] || kill -TERM "$UP" || true; wait' EXIT
make up
"""


# A dozen processes start and end; most of the time goes into starting Python for each command.
@pytest.mark.timeout(120)
async def test_what_is_done_while_the_shop_runs(mesh: RunningMesh) -> None:
    name = uuid.uuid4().hex[:8]
    async with mesh.database("easyorder_order_write") as database:
        job = await a_dead_job(database, name)
    page = "".join(text for heading, text in sections() if heading not in STOPPING)
    for shared, own in {
        "curl -s http://127.0.0.1:8080/api/v1/users:reset": "TOKEN=$(mailed)\n\\g<0>",
        "127.0.0.1:8080": mesh.http_address,
        "127.0.0.1:15053": mesh.address("order"),
        "127.0.0.1:19003": f"127.0.0.1:{METRICS_PORT + 3}",
        "ada@": f"ada-{name}@",
    }.items():
        page = re.sub(re.escape(shared), own, page)
    with data_folder() as folder:
        (folder / ".data").symlink_to(mesh.data_dir)
        port = mesh.http_address.rpartition(":")[2]
        walk(folder, ABOUT, page, mesh.environment | {"EASYORDER_HTTP_PORT": port, "NAME": name, "JOB": str(job)})


# The shop starts seven times.
@pytest.mark.soak
@pytest.mark.timeout(400)
def test_what_stops_the_shop() -> None:
    port = str(free_port())
    page = "".join(text for heading, text in sections() if heading in {BEGINNING, *STOPPING})
    settings = {"EASYORDER_HTTP_PORT": port, "EASYORDER_PORT_OFFSET": str(free_offset(2))}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EASYORDER_")}
    environment["PYTHONPATH"] = f"{ROOT}:{ROOT / 'gen'}:{ROOT / 'clients' / 'python'}"
    with data_folder() as folder:
        walk(folder, UP, page, environment | settings)


def sections() -> list[tuple[str, str]]:
    """The headings of the page, each with the text below it."""
    parts = re.split(r"^##+ (.+)$", PAGE, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def walk(folder: Path, beginning: str, page: str, environment: Mapping[str, str]) -> None:
    """Runs the commands in a folder that has `.venv`, as the checkout has."""
    (folder / ".venv").symlink_to(PROGRAMS.parent)
    script, expected = script_of(page.replace(".venv/bin/python", "python"))
    own = {"PATH": f"{PROGRAMS}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(folder), "no_proxy": "127.0.0.1"}
    own |= {"NO_COLOR": "1", "COLUMNS": "200"}

    done = subprocess.run(
        ["bash"],
        cwd=folder,
        input=f"set -eu\n{beginning}\n{script}",
        env={**environment, **own},
        capture_output=True,
        encoding="utf-8",
        timeout=380,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    printed = zip(outputs(done.stdout), expected, strict=True)
    others = [
        f"{output}\nis not:\n{wanted}" for output, wanted in printed if wanted and not shown(wanted).fullmatch(output)
    ]
    assert others == [], "\n".join(others)
