"""docs/security.md names tests that exist, and says of each ASVS requirement once whether it is met."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.architecture.tracked import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\[([^\]]+)\]\((?!https?:)([^)#]+)\)", PAGE)
ROWS = re.findall(r"^\| ([0-9., ]+) \| [^|]+ \| ([a-z ]+) \| [^|]+ \|$", PAGE, re.MULTILINE)
# Of levels 1 and 2 in version 5.0.0, by chapter.
_OF_CHAPTERS = [27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7]
REQUIREMENTS = dict(enumerate(_OF_CHAPTERS, 1))


def missing(name: str, target: str) -> str | None:
    """What does not exist of a link: the file, or the test in it whose name is the link's text."""
    file = (ROOT / "docs" / target).resolve()
    if not file.is_file():
        return target
    is_test = name.startswith("test_") and name != file.stem
    text = file.read_text(encoding="utf-8")
    return f"{target}: {name}" if is_test and not re.search(rf"def {re.escape(name)}\(", text) else None


def test_every_link_leads_to_what_it_names() -> None:
    assert len(LINKS) > 100
    assert [found for link in LINKS if (found := missing(*link))] == []


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("test_that_is_not_there", "../tests/architecture/test_security_page.py"),
        ("test_gone", "../tests/architecture/test_gone.py"),
        ("gone.md", "gone.md"),
    ],
)
def test_what_is_missing_is_found(name: str, target: str) -> None:
    assert missing(name, target)
    assert not missing("test_what_is_missing_is_found", "../tests/architecture/test_security_page.py")


def test_each_threat_has_a_test() -> None:
    threats = re.findall(r"^\| [STRIDE] \| .*$", PAGE, re.MULTILINE)

    assert {threat[2] for threat in threats} == {*"STRIDE"}
    assert [threat for threat in threats if not re.search(r"\[test_\w+\]\(\.\./tests/[^)]+\) \|$", threat)] == []


def test_each_requirement_is_judged_once() -> None:
    numbers = [number for listed, _ in ROWS for number in listed.split(", ")]

    assert len(numbers) == len(set(numbers))
    assert Counter(int(number.partition(".")[0]) for number in numbers) == REQUIREMENTS
    assert {state for _, state in ROWS} == {"met", "not applicable", "open"}
