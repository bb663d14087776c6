"""Requests that schemathesis makes of /openapi.json, good ones and bad ones, with all of its checks, through Envoy.

No 5xx, no status and no body that the document does not have; each bad request is refused, each good one accepted.
EASYORDER_TEST_REQUESTS_SEED [0] is the seed.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from chassis.context import Audience
from tests.security.document_exceptions import Finding, findings, why_not_a_fault
from tests.security.stage import Stage

SEED = os.environ.get("EASYORDER_TEST_REQUESTS_SEED", "0")
SOME = ("--phases", "fuzzing", "--max-examples", "5")
MANY = ("--phases", "coverage,fuzzing", "--max-examples", "20")

# Of streams that never end, the first event counts.
SETTINGS = "max-stream-events = 1"
RESTORE = (
    "UPDATE user_account SET is_disabled = false WHERE email = 'admin@example.com'",
    "INSERT INTO user_role SELECT id, 'ADMIN' FROM user_account WHERE email = 'admin@example.com' "
    "ON CONFLICT DO NOTHING",
)


def a_finding(check: str, status: int, reason: str, field: str = "", description: str = "") -> Finding:
    details = [{"reason": reason}, {"fieldViolations": [{"field": field, "description": description}]}]
    request = {"method": "POST", "uri": "/api/v1/orders"}
    return Finding(check, "POST /api/v1/orders", request, status, json.dumps({"details": details}).encode(), "")


@pytest.mark.parametrize(
    "fault",
    [
        a_finding("not_a_server_error", 500, "INTERNAL"),
        a_finding("response_schema_conformance", 200, ""),
        a_finding("positive_data_acceptance", 400, "INVALID_ARGUMENT", "items[0].quantity", "must be at most 7"),
        a_finding("negative_data_rejection", 200, ""),
        a_finding("ignored_auth", 200, ""),
    ],
    ids=lambda fault: fault.check,
)
def test_an_exception_excuses_nothing_else(fault: Finding) -> None:
    assert why_not_a_fault(fault) is None


@pytest.fixture
async def restored(stage: Stage) -> AsyncIterator[None]:
    """One administrator may take another's roles, and some request does; the tests after this need the first one."""
    yield
    async with stage.mesh.database("easyorder_identity") as identity:
        for restore in RESTORE:
            await identity.execute(restore)


@pytest.mark.timeout(280)
@pytest.mark.usefixtures("restored")
@pytest.mark.parametrize(
    ("options", "at_least"), [(SOME, 300), pytest.param(MANY, 3_000, marks=pytest.mark.load)], ids=["some", "many"]
)
async def test_the_mesh_is_as_documented(
    options: tuple[str, ...], at_least: int, stage: Stage, http: httpx.AsyncClient, tmp_path: Path
) -> None:
    (tmp_path / "schemathesis.toml").write_text(SETTINGS, encoding="utf-8")
    command = (
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{stage.mesh.url}/openapi.json", "--checks", "all"),
        # Tickets stand for the token in URLs of streams; these requests have the token.
        *("--header", f"Authorization: Bearer {stage.tokens[Audience.ADMIN]}"),
        *("--generation-with-security-parameters", "false", "--generation-database", "none", "--seed", SEED),
        *("--continue-on-failure", "--no-shrink", "--report", "ndjson", "--report-ndjson-path", "report.ndjson"),
    )
    process = await asyncio.create_subprocess_exec(
        *command, *options, cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    report = (tmp_path / "report.ndjson").read_text(encoding="utf-8")

    excused, found, cases = Counter[str](), [], 0
    for line in report.splitlines():
        cases += len(json.loads(line).get("ScenarioFinished", {}).get("recorder", {}).get("interactions", {}))
    for finding in findings(report):
        if why := why_not_a_fault(finding):
            excused[why] += 1
        else:
            found.append(str(finding))
    print(f"{cases} requests; {len(found)} found; excused: {dict(excused)}")
    assert not found, "\n\n".join(found[:15])
    assert cases >= at_least, said.decode()
    assert process.returncode in (0, 1), said.decode()
    assert (await http.get("/healthz")).is_success
