"""The front page: an overview of the API, made from the contract."""

from __future__ import annotations

import re
from base64 import b64encode
from collections import defaultdict
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template

from chassis import contract
from chassis.context import Audience
from chassis.contract import Method
from edge.openapi.comments import comments

# The widest first.
_WHO = {Audience.PUBLIC: "anybody", Audience.USER: "signed in", Audience.ADMIN: "administrators"}
_STYLE = re.compile("<style>(.*?)</style>", re.DOTALL)
_PORTAL = "easyorder.edge.v1.PortalService"


def home_page() -> str:
    """One self-contained HTML document."""
    by_service: dict[str, list[Method]] = defaultdict(list)
    for method in contract.methods().values():
        if method.http and method.service != _PORTAL and not method.access.planned:
            by_service[method.service].append(method)
    template = (files("edge") / "pages" / "home.html").read_text(encoding="utf-8")
    return Template(template).substitute(services="\n".join(_service(*found) for found in by_service.items()))


def content_policy(page: str) -> str:
    """The Content-Security-Policy of a page: of all content only its own styles, known by their hashes, and icon."""
    hashes = (b64encode(sha256(style.encode()).digest()).decode() for style in _STYLE.findall(page))
    styles = " ".join(f"'sha256-{one}'" for one in hashes)
    return (
        f"default-src 'none'; style-src {styles}; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _service(name: str, methods: list[Method]) -> str:
    rows = "\n".join(_row(method) for method in methods)
    about = escape(comments().get(name, ""))
    return f"<section><h2>{escape(name)}</h2><p>{about}</p><table>{rows}</table></section>"


def _row(method: Method) -> str:
    calls = "<br>".join(f"<code><b>{binding.verb}</b> {escape(binding.path)}</code>" for binding in method.http)
    about = escape(comments().get(method.full_name.strip("/").replace("/", "."), "").partition(". ")[0].rstrip("."))
    who = next(words for audience, words in _WHO.items() if audience in method.access.allow)
    live = " <mark>live</mark>" if method.server_streaming else ""
    return f"<tr><td>{calls}{live}<td>{about}<td class=who>{who}"
