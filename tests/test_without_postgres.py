"""Without PostgreSQL, tests that choose the fakes run, as mutants need them to."""

from __future__ import annotations

from pathlib import Path

import pytest

_FILE = """
import pytest

@pytest.fixture(params=["fakes", "postgres"])
async def app(request, databases_of):
    return "fakes" if request.param == "fakes" else await databases_of("order_svc")

async def test_of_both(app):
    assert app == "fakes"

async def test_of_postgres_alone(databases_of):
    await databases_of("order_svc")

@pytest.mark.parametrize("kind", ["a shop in memory"])
async def test_that_asks_for_a_database_after_all(kind, databases_of):
    await databases_of("order_svc")
"""


class _Outcomes:
    def __init__(self) -> None:
        self.of: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call":
            self.of[report.nodeid.rpartition("::")[2]] = report.outcome


def test_fakes_run_without_postgres(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(_FILE, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n", encoding="utf-8"
    )
    outcomes = _Outcomes()

    arguments = [
        "-q",
        "-n",
        "0",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:faulthandler",
        "-p",
        "tests.conftest",
        "--driver",
        "none",
    ]
    pytest.main([*arguments, str(tmp_path / "test_it.py"), "--rootdir", str(tmp_path)], plugins=[outcomes])

    assert outcomes.of == {
        "test_of_both[fakes]": "passed",
        "test_that_asks_for_a_database_after_all[a shop in memory]": "skipped",
    }
