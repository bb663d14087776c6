"""What is asked of containers from outside, whoever runs them."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx

from deploy.containers.secrets import USER
from tests.architecture.tracked import ROOT
from tests.containers.composed import ADMIN_PASSWORD


async def passes_a_day(port: int) -> None:
    """`make demo`, once. AssertionError if something in it goes wrong."""
    settings = {"EASYORDER_HTTP_PORT": str(port), "EASYORDER_ADMIN_PASSWORD": ADMIN_PASSWORD, "NO_COLOR": "1"}
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "deploy.local", "demo"],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        encoding="utf-8",
    )
    assert f"EasyOrder is running at http://127.0.0.1:{port}" in done.stdout
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


async def serves(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def is_restricted(pid: int) -> bool:
    """Whether a process has nobody's user, could have no capability ever, and cannot write to its root."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    mounts = Path(f"/proc/{pid}/mounts").read_text(encoding="utf-8").splitlines()
    root = next(line.split() for line in reversed(mounts) if line.split()[1] == "/")
    could_have = int(status.split("CapBnd:")[1].split()[0], 16)
    return os.stat(f"/proc/{pid}").st_uid == USER and could_have == 0 and "ro" in root[3].split(",")
