"""Pages that are programs: a few lines of HTML each, which name all modules that the program imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from posixpath import dirname, join, normpath
from string import Template

from edge.assets import HTML, PAGE_POLICY, Asset

_IMPORTED = re.compile(r'\bfrom\s*"(\.[^"]+)"')
# No script or style in the page, and no text that a script could turn into one.
CONTENT_POLICY = f"{PAGE_POLICY}; require-trusted-types-for 'script'; trusted-types 'none'"


def app_page(name: str) -> Asset:
    """The page of the program `main.js` in edge/static/`name`."""
    # A browser that knows all modules fetches them at once, instead of each after the one that imports it.
    links = "\n".join(f'<link rel="modulepreload" href="/static/{path}">' for path in modules(f"{name}/main.js"))
    template = (files("edge") / "pages" / f"{name}.html").read_text(encoding="utf-8")
    page = Template(template).substitute(modules=links)
    return Asset.of(page.encode(), HTML, headers={"content-security-policy": CONTENT_POLICY})


def modules(path: str) -> list[str]:
    """The module at `path` in edge/static, and all that it imports. Raises FileNotFoundError if one is missing."""
    found = [path]
    for importing in found:
        found += dict.fromkeys(one for one in _imported(importing) if one not in found)
    return found


def _imported(path: str) -> Iterator[str]:
    text = (files("edge") / "static" / path).read_text(encoding="utf-8")
    return (normpath(join(dirname(path), target)) for target in _IMPORTED.findall(text))


def reference_page() -> Asset:
    """The page of the API's reference. Swagger UI writes HTML of its own, which it cleans."""
    page = (files("edge") / "pages" / "docs.html").read_bytes()
    return Asset.of(page, HTML, headers={"content-security-policy": PAGE_POLICY})
