"""A fault that prevents the start is reported in one line, without a traceback, and leaves nothing behind."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr
from pathlib import Path

import pytest

from deploy.local.__main__ import main
from tests.architecture.tracked import ROOT
from tests.e2e.running_mesh import free_offset, free_port

Done = subprocess.CompletedProcess[str]


def start(what: str, folder: Path, **environment: str) -> Done:
    """`python -m deploy.local`, but in this process: a process for each fault would take half a second."""
    said = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, redirect_stderr(said):
        patch.chdir(folder)
        for name, value in (_ports() | environment).items():
            patch.setenv(name, value)
        try:
            code = main([what])
        except SystemExit as refusal:  # the interpreter shows the text and ends with 1
            print(refusal, file=sys.stderr)
            code = 1
    said.seek(0)
    return Done([what], code, stderr=said.read())


def _ports() -> dict[str, str]:
    return {"EASYORDER_HTTP_PORT": str(free_port()), "EASYORDER_PORT_OFFSET": str(free_offset())}


@pytest.mark.parametrize("what", ["up", "demo"])
def test_the_shell_sees_that_it_failed(tmp_path: Path, what: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.local", what],
        cwd=tmp_path,
        env=os.environ | {"EASYORDER_HTTP_PORT": "abc", "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}"},
        capture_output=True,
        encoding="utf-8",
        timeout=30,
    )

    assert done.returncode == 1
    assert done.stderr.startswith("EASYORDER_HTTP_PORT: must")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("what", ["up", "demo"])
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HTTP_PORT", "abc"),
        ("REPLICAS", "10"),
        ("PORT_OFFSET", "20000"),
        ("ORDER_ADDRESS", "nowhere"),
        ("DATABASE_URL", "sqlite://"),
        ("OTLP_ENDPOINT", "collector"),
        ("ENVOY_DESCRIPTOR", "/nowhere/contract.binpb"),
        ("ENVOY_ACCESS_LOG", "/nowhere/access.log"),
    ],
)
def test_a_setting_out_of_its_range_is_named(tmp_path: Path, what: str, variable: str, value: str) -> None:
    done = start(what, tmp_path, **{f"EASYORDER_{variable}": value})

    assert done.returncode == 1
    assert done.stderr.startswith(f"EASYORDER_{variable}: must")
    assert len(done.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("ADMIN_PASSWORD", "abc1", "EASYORDER_ADMIN_PASSWORD: too weak: password must have"),
        ("ENVOY_HOST", "0.0.0.0", "EASYORDER_ADMIN_PASSWORD is the default, which everybody knows: set another one"),
        ("MESH_SECRET", "short", "EASYORDER_MESH_SECRET must have at least 32 characters"),
        ("PAYMENT_PROVIDER", "stripe", "EASYORDER_PAYMENT_PROVIDER=stripe needs EASYORDER_STRIPE_API_KEY"),
        ("JOB_LEASE_S", "1", "EASYORDER_JOB_LEASE_S must be longer than EASYORDER_PAYMENT_TIMEOUT_S"),
        ("PAYMENT_ACTION_MINUTES", "361", "EASYORDER_PAYMENT_ACTION_MINUTES must be at most a quarter of"),
        ("EVENTS_KEPT_DAYS", "2", "EASYORDER_EVENTS_KEPT_DAYS must be at least as long as"),
    ],
)
def test_what_a_service_would_refuse_is_told_before_anything_starts(
    tmp_path: Path, variable: str, value: str, line: str
) -> None:
    done = start("up", tmp_path, **{f"EASYORDER_{variable}": value})

    assert done.returncode == 1
    assert done.stderr.startswith(line)
    assert len(done.stderr.splitlines()) == 1
    assert value not in done.stderr or variable == "PAYMENT_PROVIDER"
    assert not (tmp_path / ".data" / "postgres").exists()


@pytest.mark.parametrize("server", ["127.0.0.1:1", "/?host=/nowhere"])
def test_a_server_that_does_not_answer_is_told_in_one_line(tmp_path: Path, server: str) -> None:
    done = start("up", tmp_path, EASYORDER_DATABASE_URL=f"postgresql+asyncpg://me:secret@{server}")

    assert done.returncode == 1
    assert done.stderr.strip().startswith("No PostgreSQL server answers (")
    assert done.stderr.strip().endswith("): is EASYORDER_DATABASE_URL right?")
    assert len(done.stderr.strip().splitlines()) == 1
    assert "secret" not in done.stderr


@pytest.mark.parametrize(
    ("variable", "line"),
    [
        ("KEPT_ANSWERS_DAYS", "is called EASYORDER_IDEMPOTENCY_KEYS_DAYS now"),
        ("ADMIN_PASWORD", "is not a setting: unset it. docs/settings.md lists all that are"),
    ],
)
@pytest.mark.parametrize("what", ["up", "demo"])
def test_a_setting_that_nothing_reads_is_refused(tmp_path: Path, what: str, variable: str, line: str) -> None:
    done = start(what, tmp_path, **{f"EASYORDER_{variable}": "a secret, perhaps"})

    assert done.returncode == 1
    assert done.stderr.strip() == f"EASYORDER_{variable} {line}"
    assert not (tmp_path / ".data" / "mesh_secret").exists()


@pytest.mark.parametrize("what", ["up", "demo"])
def test_a_file_is_no_data_folder(tmp_path: Path, what: str) -> None:
    (tmp_path / "file").touch()

    done = start(what, tmp_path, EASYORDER_DATA_DIR="file")

    assert done.returncode == 1
    assert "choose another EASYORDER_DATA_DIR" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
