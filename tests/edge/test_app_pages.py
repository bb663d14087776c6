"""Pages name all their modules and styles, all modules are some page's, and all addresses are files."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from edge.app_pages import modules
from edge.assets import static_files

PAGES = ("console", "shop", "track")
ADDRESS = re.compile(r'(?:href|src)="/static/([^"]+)"')


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_for_files_that_are_there(page: str) -> None:
    text = (files("edge") / "pages" / f"{page}.html").read_text(encoding="utf-8")

    addresses = ADDRESS.findall(text)

    assert f"{page}/{page}.css" in addresses
    assert {*addresses, *modules(f"{page}/main.js")} <= static_files().keys()


def test_no_module_is_left_that_no_page_imports() -> None:
    own = tuple(f"{folder}/" for folder in (*PAGES, "shared"))
    there = {path for path in static_files() if path.endswith(".js") and path.startswith(own)}
    imported = {path for page in PAGES for path in modules(f"{page}/main.js")}

    assert "shared/framework.js" in imported
    assert there - imported == set()
