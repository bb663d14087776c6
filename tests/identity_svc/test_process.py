"""`python -m identity_svc`: starts on a migrated database, stops on SIGTERM, and says why when it does not start."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.settings import MeshSettings
from deploy.migrate import migrate
from identity_svc.config import DEFAULT_ADMIN_PASSWORD
from tests.conftest import Postgres
from tests.identity_svc.identity_app import SECRET
from tests.mesh import service_keys

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def environment(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, str]]:
    """That of a process on the database by its own name."""
    if "EASYORDER_TEST_DATABASE_URL" in os.environ:
        pytest.skip("needs a server of its own: on another one easyorder_identity may be somebody's")
    monkeypatch.setenv("EASYORDER_DATABASE_URL", postgres.base_url)
    await migrate(["identity_svc"], MeshSettings().database_url)
    yield {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "gen")]),
        "EASYORDER_MESH_SECRET": SECRET,
        "EASYORDER_DRAIN_DELAY_S": "0",
        "EASYORDER_SERVICE_KEYS_DIR": str(service_keys()),
        "EASYORDER_LISTEN_ADDRESS": "127.0.0.1:0",
    }
    await postgres.drop("easyorder_identity")


async def started(environment: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "identity_svc",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.usefixtures("hangups_end")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
async def test_it_serves_until_it_is_told_to_stop(environment: dict[str, str], number: signal.Signals) -> None:
    process = await started(environment)
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line = await process.stdout.readline()
        assert b'"serving"' in line
        process.send_signal(number)
        out, _ = await process.communicate()

    assert process.returncode == 0
    assert not any(secret in (line + out).decode() for secret in (SECRET, DEFAULT_ADMIN_PASSWORD))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"EASYORDER_ENVIRONMENT": "production"}, "EASYORDER_ADMIN_PASSWORD is the default"),
        ({"EASYORDER_MESH_SECRET": "short-secret"}, "EASYORDER_MESH_SECRET must have at least 32 characters"),
    ],
)
async def test_it_refuses_to_start_unsafely_and_says_why(
    environment: dict[str, str], changed: dict[str, str], reason: str
) -> None:
    process = await started(environment | changed)
    out, err = await process.communicate()

    assert process.returncode == 1
    assert reason in err.decode()
    assert not any(secret in (out + err).decode() for secret in (SECRET, "short-secret", DEFAULT_ADMIN_PASSWORD))


async def test_it_refuses_another_secret_than_its_keys_were_encrypted_with(environment: dict[str, str]) -> None:
    process = await started(environment)
    assert process.stdout is not None
    assert b'"serving"' in await process.stdout.readline()
    process.terminate()
    await process.communicate()

    process = await started(environment | {"EASYORDER_MESH_SECRET": "another " + SECRET})
    _, err = await process.communicate()

    assert process.returncode == 1
    assert "was encrypted with another EASYORDER_MESH_SECRET" in err.decode()
