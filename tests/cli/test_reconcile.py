"""What `easyorder reconcile` prints, and how it ends: 1 while something differs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from chassis.errors import Unavailable
from cli import reconcile
from cli.__main__ import app

FOUND = {
    "kind": "CHARGE_LEFT",
    "order": "0a" * 16,
    "number": 7,
    "transaction": "t-7",
    "amount": "20.00 EUR",
    "what": "the order was stopped, and the provider still has its money",
    "remedy": "return the money",
    "mended": False,
    "error": "",
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command where this was found, or cannot be compared."""

    def easyorder(found: list[dict[str, Any]] | Unavailable, *options: str) -> Result:
        async def answer(apply: bool, settle_s: float, progress: object) -> list[dict[str, Any]]:
            assert (apply, settle_s) == ("--apply" in options, 2.0)
            if isinstance(found, Unavailable):
                raise found
            return found

        monkeypatch.setattr(reconcile, "_run", answer)
        return CliRunner().invoke(app, ["reconcile", *options])

    return easyorder


def test_nothing_to_do(run: Any) -> None:
    done = run([])

    assert (done.exit_code, done.stdout) == (0, "")
    assert "Orders, stock and payments agree" in done.stderr


def test_a_dry_run_shows_what_differs_and_what_mends_it(run: Any) -> None:
    done = run([FOUND])

    assert done.exit_code == 1
    assert all(FOUND[name] in done.stdout for name in ("kind", "order", "amount", "what", "remedy"))
    assert "1 differ, and nothing was changed: --apply mends them" in done.stderr


def test_what_was_mended_and_what_was_not(run: Any) -> None:
    failed = {**FOUND, "error": "UNAVAILABLE: the provider does not answer"}

    done = run([FOUND | {"mended": True}, failed], "--apply")

    assert done.exit_code == 1
    assert done.stdout.count("mended") == 1
    assert "UNAVAILABLE: the provider does not answer" in done.stdout
    assert "1 mended, 1 not" in done.stderr
    assert run([FOUND | {"mended": True}], "--apply").exit_code == 0


def test_for_programs_it_is_json(run: Any) -> None:
    assert json.loads(run([FOUND], "--json").stdout) == [FOUND]
    assert json.loads(run([], "--json").stdout) == []


def test_a_mesh_that_is_away_is_said_in_a_line(run: Any) -> None:
    done = run(Unavailable("payment does not answer"))

    assert done.exit_code == 5
    assert "the mesh cannot be compared (payment does not answer)" in done.stderr
