"""The front page: an overview of the API, made from the contract."""

from __future__ import annotations

from collections import defaultdict
from html import escape
from importlib.resources import files
from string import Template

from chassis import contract
from chassis.context import Audience
from chassis.contract import Method
from edge.openapi.comments import comments

# The widest first.
_WHO = {Audience.PUBLIC: "anybody", Audience.USER: "signed in", Audience.ADMIN: "administrators"}
_PORTAL = "easyorder.edge.v1.PortalService"


def home_page() -> str:
    """One self-contained HTML document."""
    by_service: dict[str, list[Method]] = defaultdict(list)
    for method in contract.methods().values():
        if method.http and method.service != _PORTAL and not method.access.planned:
            by_service[method.service].append(method)
    template = (files("edge") / "pages" / "home.html").read_text(encoding="utf-8")
    return Template(template).substitute(services="\n".join(_service(*found) for found in by_service.items()))


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
