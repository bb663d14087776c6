"""The pages of the documentation: all that the site lists is there, every link leads somewhere, and words are found."""

from __future__ import annotations

import gzip
import json
import re
from threading import Barrier, Thread

import pytest
from easyorder.google.api import HttpBody

from edge import guides
from edge.assets import NoSuchFile, static_files
from edge.guides import AT, FIRST, address_of, diagrams, guide, sections, sources
from tests.architecture.tracked import ROOT

PAGES = sorted(sources())
ANCHORS = {name: {anchor for anchor, _, _ in sections(name)} for name in PAGES}


def html(name: str) -> str:
    return HttpBody.parse(guide(name).plain).data.decode()


def test_every_page_is_in_the_navigation_of_every_page() -> None:
    for name in PAGES:
        navigation = html(name).partition('<nav class="pages"')[2].partition("</nav>")[0]
        listed = re.findall(rf'href="{AT}/([^"]+)"', navigation)
        assert sorted([*listed, FIRST]) == PAGES
        assert navigation.count("aria-current") == (name != FIRST)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_to_a_page_leads_to_a_part_of_it(name: str) -> None:
    for target, anchor in re.findall(rf'href="{AT}/?([^"#]*)#?([^"]*)"', html(name).partition("<main")[2]):
        assert target in ("", *PAGES)
        assert not anchor or anchor in ANCHORS[target or FIRST], f"{target}#{anchor}"
    for anchor in re.findall('href="#([^"]+)"', html(name).partition("<main")[2]):
        assert anchor in ANCHORS[name]


def test_the_pages_are_those_of_the_documentation() -> None:
    for name in PAGES:
        assert (ROOT / "edge" / "guide" / f"{name}.md").resolve().is_relative_to(ROOT / "docs")


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("errors.md", "/docs/guide/errors"),
        ("../contract.md#tokens-and-sessions", "/docs/guide/contract#tokens-and-sessions"),
        ("../README.md", None),
        ("README.md", "/docs/guide"),
        ("adr/0003-batches-not-locks.md", None),
        ("../order_svc/domain/status.py", None),
        ("https://example.com/a.md", "https://example.com/a.md"),
        ("#jobs", "#jobs"),
    ],
)
def test_links_lead_to_the_site_or_nowhere(target: str, address: str | None) -> None:
    assert address_of(target) == address


def test_every_picture_is_served_and_every_diagram_is_drawn_as_it_is() -> None:
    shown = {path for name in PAGES for path in re.findall(r'(?:src|srcset)="/static/(docs/[^"]+)"', html(name))}
    pictures = {path for path in static_files() if path.startswith(("docs/diagrams/", "docs/images/"))}

    assert pictures == {path for path in shown if path.endswith(".svg")}, "run python docs/draw_diagrams.py"
    assert diagrams()
    for diagram in diagrams():
        assert re.search("accTitle: .+", diagram), f"no text for those who do not see it: {diagram}"


def test_no_other_page_can_be_named() -> None:
    for name in ("nope", "../guide", "errors.md", ""):
        with pytest.raises(NoSuchFile):
            guide(name)


def test_a_page_is_text_code_and_tables_without_scripts() -> None:
    page = html("errors")

    assert "<title>Errors · EasyOrder</title>" in page
    assert "<td><code>OUT_OF_STOCK</code></td>" in page
    assert '<span class="nt">' in page
    assert "style=" not in page
    assert re.findall("<script[^>]*>", page) == ['<script defer src="/static/docs/search.js">']


def test_all_sections_can_be_searched() -> None:
    page = gzip.decompress(HttpBody.parse(guide(FIRST).compressed or b"").data).decode()
    data = page.partition('<script type="application/json" id="sections">')[2].partition("</script>")[0]
    found = json.loads(data)

    assert {section["url"].partition("#")[0] for section in found} == {
        f"{AT}/{name}" for name in PAGES if name != FIRST
    }
    (refunds,) = [one for one in found if one["url"] == f"{AT}/orders#refunds"]
    assert "promises the refund" in refunds["text"]


def test_a_page_that_many_ask_for_at_once_is_made_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    index = guides._search_index
    monkeypatch.setattr(guides, "_search_index", lambda: made.append("once") or index())  # type: ignore[func-returns-value]
    guides._guide.cache_clear()
    together = Barrier(6)

    def ask() -> None:
        together.wait(timeout=10)
        guide(FIRST)

    threads = [Thread(target=ask) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert made == ["once"]
