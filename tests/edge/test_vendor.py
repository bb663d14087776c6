"""The libraries of the pages are those that edge/vendor.py pins, with their licences."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge import vendor


def test_no_file_differs_from_its_pinned_hash() -> None:
    assert vendor.changed() == []
    assert all("LICENSE.txt" in package.files for package in vendor.PACKAGES)


def test_a_changed_a_missing_and_a_foreign_file_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "FOLDER", tmp_path)
    package = next(one for one in vendor.PACKAGES if one.name == "htm")
    package.folder.mkdir()
    (package.folder / "htm.js").write_text("alert(1)", encoding="utf-8")
    (package.folder / "more.js").write_text("", encoding="utf-8")

    found = {path.name for path in vendor.changed() if path.parent == package.folder}

    assert found == {"htm.js", "LICENSE.txt", "more.js"}
