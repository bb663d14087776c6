"""The locks are complete: all requirements of a locked package are locked too, including extras."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from deploy.lock import ROOT, Package, asked_for, faults, installed, pins
from deploy.requirements import FILES

LOCKS = [ROOT / "requirements" / name for name in ("build.txt", "runtime.txt", "dev.txt")]


def test_this_environment_is_what_the_locks_say() -> None:
    assert faults(pins(LOCKS), installed(), asked_for(LOCKS)) == []


def test_each_lock_has_what_it_was_made_from() -> None:
    for lock in FILES:
        assert asked_for([ROOT / lock]) or "fuzz" in lock
    fuzz = [ROOT / "requirements/fuzz.txt"]
    assert {Requirement(one).name for one in asked_for(fuzz)} == set(pins(fuzz))


def test_what_nothing_asks_for_is_not_looked_at() -> None:
    found = {"asker": Package("1.0", ["asked ; extra == 'more'", "asked ; python_version < '3'"])}

    assert faults({"asker": "1.0"}, found, ["asker"]) == []


@pytest.mark.parametrize(
    ("pinned", "installed_asked", "said"),
    [
        ("1.0", None, ["asked 1.0 is locked, and nothing is installed"]),
        ("1.0", "2.0", ["asked 1.0 is locked, and 2.0 is installed"]),
        ("0.9", "0.9", ["asker needs asked[extra]>=1, and 0.9 is locked"]),
        (None, "1.0", ["asker needs asked[extra]>=1, which is not locked"]),
        ("1.0", "1.0", []),
    ],
)
def test_what_is_missing_or_different_is_named(
    pinned: str | None, installed_asked: str | None, said: list[str]
) -> None:
    locked = {"asker": "1.0"} | ({"asked": pinned} if pinned else {})
    found = {"asker": Package("1.0", ["asked[extra]>=1"])}
    found |= {"asked": Package(installed_asked)} if installed_asked else {}

    assert faults(locked, found, ["asker"]) == said


def test_what_an_extra_asks_for_is_needed_as_well() -> None:
    found = {
        "asker": Package("1.0", ["asked[extra]"]),
        "asked": Package("1.0", ["more>=3 ; extra == 'extra'", "never ; extra == 'other'"]),
    }

    assert faults({"asker": "1.0", "asked": "1.0"}, found, ["asker"]) == [
        'asked needs more>=3; extra == "extra", which is not locked'
    ]


def test_a_pin_counts_only_where_its_marker_holds(tmp_path: Path) -> None:
    lock = tmp_path / "lock.txt"
    lock.write_text(
        "Asked_Name==1.0 \\\n    --hash=sha256:00\n    # via asker\nother==2.0 ; python_version < '3' \\\n",
        encoding="utf-8",
    )

    assert pins([lock]) == {"asked-name": "1.0"}
