"""Draws the Mermaid diagrams of the guides as pictures, so that /docs/guide shows them without a script of Mermaid's.

    python docs/draw_diagrams.py    writes edge/static/docs/diagrams

A picture is named after the SHA-256 of its source, so that a test finds a diagram that was changed and not drawn. Needs
npm and Chromium.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from edge import vendor
from edge.guides import diagrams, picture_of
from tests.browser.chromium import SWITCHES, executable

FOLDER = vendor.FOLDER.parent / "docs" / "diagrams"
MERMAID = vendor.Package(
    "mermaid",
    "12.3.0",
    "sha512-4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==",
    {"mermaid.js": vendor.File("dist/mermaid.min.js", "")},
)
THEMES = {"light": "neutral", "dark": "dark"}
DRAW = """async ([source, theme]) => {
    mermaid.initialize({
        startOnLoad: false, theme, deterministicIds: true, fontFamily: "DejaVu Sans, Verdana, sans-serif",
        // HTML inside a picture is not shown everywhere.
        htmlLabels: false, flowchart: { htmlLabels: false, wrappingWidth: 260 }, state: { htmlLabels: false },
    });
    return (await mermaid.render("diagram", source)).svg;
}"""


def main() -> None:
    script = vendor.contents(MERMAID)["mermaid.js"].decode()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=SWITCHES)
        page = browser.new_page()
        page.set_content("<!doctype html><body>")
        page.add_script_tag(content=script)
        for source in diagrams():
            for theme, name in THEMES.items():
                drawn = smaller(page.evaluate(DRAW, [source, name]))
                (FOLDER / picture_of(source, theme)).write_text(f"{drawn}\n", encoding="utf-8")
        browser.close()


def smaller(svg: str) -> str:
    """As wide as it is drawn, and a third as long: Mermaid writes fifteen digits, and the points of an arrow twice."""
    rounded = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.1f}", re.sub(' data-points="[^"]*"', "", svg))
    width, height = re.findall(r'viewBox="\S+ \S+ (\S+) (\S+)"', rounded)[0]
    return rounded.replace('width="100%"', f'width="{width}" height="{height}"', 1)


if __name__ == "__main__":
    main()
