"""A replaced file is read again within a second, and what cannot be read changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.watched_file import WatchedFile


def replace(path: Path, content: str) -> None:
    new = path.with_suffix(".new")
    new.write_text(content, encoding="utf-8")
    new.replace(path)


class Time:
    now = 0.0


def watched(path: Path, time: Time) -> WatchedFile[int]:
    return WatchedFile(path, int, monotonic=lambda: time.now)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    replace(tmp_path / "number", "1")
    return tmp_path / "number"


def test_it_is_looked_at_once_a_second(path: Path) -> None:
    time = Time()
    file = watched(path, time)
    replace(path, "2")

    assert file.content() == 1
    time.now = 1.0
    assert file.content() == 2
    replace(path, "3")
    assert file.content() == 2
    assert file.content(now=True) == 3


@pytest.mark.parametrize("content", ["", "no number", None])
def test_what_cannot_be_read_changes_nothing_until_it_can(path: Path, content: str | None) -> None:
    file = watched(path, Time())
    path.unlink() if content is None else replace(path, content)
    assert file.content(now=True) == 1

    replace(path, "2")

    assert file.content(now=True) == 2


def test_what_failed_once_is_read_at_the_next_look(path: Path) -> None:
    failures = [OSError("too many open files")]

    def parse(content: bytes) -> int:
        if content == b"2" and failures:
            raise failures.pop()
        return int(content)

    file = WatchedFile(path, parse)
    replace(path, "2")

    assert file.content(now=True) == 1
    assert file.content(now=True) == 2


def test_it_must_be_readable_at_first(path: Path) -> None:
    replace(path, "no number")
    with pytest.raises(ValueError, match="no number"):
        watched(path, Time())
    with pytest.raises(FileNotFoundError):
        watched(path.with_name("other"), Time())
