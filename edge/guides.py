"""The guides at /docs/guide: the Markdown of `edge/guide`, which links to docs/, as pages that can be searched.

`README.md` is the first page; its lists of links are the navigation of all pages. A page is made when it is first asked
for, in a thread, and kept. One is made at a time, so that many who ask for it at once do not make it many times.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from itertools import pairwise
from pathlib import PurePosixPath
from string import Template
from threading import Lock
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from edge.app_pages import CONTENT_POLICY
from edge.assets import HTML, Asset, NoSuchFile

FIRST, AT = "README", "/docs/guide"
_PICTURES = "/static/docs"
_DIAGRAM = "mermaid"
# What Mermaid takes for the title and the description of a picture, for those who do not see it.
_ACCESSIBLE = re.compile(r"^\s*acc(?:Title|Descr): (.+)$", re.MULTILINE)
_MAKING = Lock()
_NOT_IN_ANCHORS = re.compile(r"[^\w\- ]")


@cache
def sources() -> dict[str, str]:
    """The Markdown of each page by its name."""
    folder = files("edge") / "guide"
    found = {PurePosixPath(file.name).stem: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    return dict(sorted(found.items()))


def guide(name: str) -> Asset:
    """The page of that name. Raises NoSuchFile."""
    with _MAKING:
        return _guide(name)


@cache
def _guide(name: str) -> Asset:
    if name not in sources():
        raise NoSuchFile(f"There is no such guide: {AT} lists all of them.")
    tokens = _parsed(name)
    template = (files("edge") / "pages" / "guide.html").read_text(encoding="utf-8")
    page = Template(template).substitute(
        title=escape(_text(_first_heading(tokens))),
        is_guides=' aria-current="page"' if name == FIRST else "",
        pages=_navigation(name),
        content=_markdown().renderer.render(tokens, _markdown().options, {}),
        index=_search_index() if name == FIRST else "",
    )
    return Asset.of(page.encode(), HTML, headers={"content-security-policy": CONTENT_POLICY})


def address_of(target: str) -> str | None:
    """Where a link of a page leads on the site; None if the site does not have that file."""
    parts = urlsplit(target)
    if parts.scheme or not parts.path:
        return target
    name = PurePosixPath(parts.path).stem
    if not parts.path.endswith(".md") or name not in sources() or parts.path.endswith("../README.md"):
        return None
    return _path_of(name) + (f"#{parts.fragment}" if parts.fragment else "")


def diagrams() -> list[str]:
    """The sources of the diagrams of all pages; docs/draw_diagrams.py draws them."""
    blocks = (token for name in sources() for token in _markdown().parse(sources()[name]) if token.type == "fence")
    return [block.content for block in blocks if block.info == _DIAGRAM]


def picture_of(diagram: str, theme: str) -> str:
    """The name of the file that shows a diagram on light or on dark pages."""
    return f"{sha256(diagram.encode()).hexdigest()[:16]}-{theme}.svg"


def sections(name: str) -> Iterator[tuple[str, str, str]]:
    """The parts of a page between its headings: anchor, heading and text."""
    return _sections(_parsed(name))


def _sections(tokens: Sequence[Token]) -> Iterator[tuple[str, str, str]]:
    starts = [n for n, token in enumerate(tokens) if token.type == "heading_open"]
    for start, end in pairwise([*starts, len(tokens)]):
        inside = [_text(token) if token.type == "inline" else token.content for token in tokens[start + 3 : end]]
        yield str(tokens[start].attrGet("id")), _text(tokens[start + 1]), " ".join(filter(None, inside))


def _path_of(name: str) -> str:
    return AT if name == FIRST else f"{AT}/{name}"


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False, "highlight": _highlighted}).enable("table")
    made.add_render_rule("table_open", lambda *_: '<div class="table" tabindex="0"><table>')
    made.add_render_rule("fence", _fence)
    made.add_render_rule("table_close", lambda *_: "</table></div>")
    return made


def _parsed(name: str) -> Sequence[Token]:
    """The page with anchors at its headings and at rows about one name, and links that lead to pages of the site."""
    tokens = _markdown().parse(sources()[name])
    taken: set[str] = set()
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(_text(following), taken))
        for inside in following.children or []:
            if inside.type == "image":
                inside.attrSet("src", f"{_PICTURES}/{inside.attrGet('src')}")
        for inside, after in zip(following.children or [], (following.children or [])[1:], strict=False):
            if inside.type == "link_open":
                _lead(inside, after, following.children or [])
    for row, _, cell in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if row.type == "tr_open" and [child.type for child in cell.children or []] == ["code_inline"]:
            row.attrSet("id", _anchor(_text(cell), taken))
    return tokens


def _lead(opening: Token, after: Token, children: Sequence[Token]) -> None:
    if address := address_of(str(opening.attrGet("href"))):
        opening.attrSet("href", address)
        return
    opening.tag, opening.attrs = "span", {}
    following = children[children.index(after) :]
    next(token for token in following if token.type == "link_close").tag = "span"


def _anchor(heading: str, taken: set[str]) -> str:
    """As GitHub makes them; the second of a name gets a number."""
    plain = _NOT_IN_ANCHORS.sub("", heading.lower()).strip().replace(" ", "-")
    anchor = next(one for n in range(len(taken) + 1) if (one := f"{plain}-{n}" if n else plain) not in taken)
    taken.add(anchor)
    return anchor


def _text(inline: Token) -> str:
    return "".join(child.content or " " for child in inline.children or [] if child.type != "link_close")


def _first_heading(tokens: Sequence[Token]) -> Token:
    return next(after for token, after in pairwise(tokens) if token.type == "heading_open")


def _highlighted(code: str, language: str, _: str) -> str:
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    inside: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return f'<pre tabindex="0"><code>{inside}</code></pre>'


def _fence(renderer: RendererHTML, tokens: Sequence[Token], n: int, options: OptionsDict, env: EnvType) -> str:
    return _picture(tokens[n].content) if tokens[n].info == _DIAGRAM else renderer.fence(tokens, n, options, env)


def _picture(diagram: str) -> str:
    light, dark = (f"{_PICTURES}/diagrams/{picture_of(diagram, theme)}" for theme in ("light", "dark"))
    text = escape(". ".join(_ACCESSIBLE.findall(diagram)))
    return (
        f'<p><picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img class="diagram" src="{light}" alt="{text}"></picture></p>'
    )


def _navigation(current: str) -> str:
    """The lists of the first page, each under its heading."""
    tokens = _parsed(FIRST)
    parts: list[str] = []
    for token, following in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            parts.append(f"<h2>{escape(_text(following))}</h2>")
        for link, words in pairwise(following.children or []):
            href = link.attrGet("href") if link.type == "link_open" else None
            if parts and isinstance(href, str) and href.startswith(f"{AT}/"):
                here = ' aria-current="page"' if href == _path_of(current) else ""
                parts.append(f'<a href="{escape(href)}"{here}>{escape(words.content)}</a>')
    return "\n".join(parts)


def _search_index() -> str:
    """All sections as JSON, which is no script, so that the page's policy lets it be there."""
    found = [
        {"page": page, "url": f"{_path_of(name)}#{anchor}", "heading": heading, "text": text}
        for name in sources()
        if name != FIRST
        for tokens in [_parsed(name)]
        for page in [_text(_first_heading(tokens))]
        for anchor, heading, text in _sections(tokens)
    ]
    as_json = json.dumps(found).replace("<", r"\u003c")
    return f'<script type="application/json" id="sections">{as_json}</script>'
