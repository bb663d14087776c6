"""Envoy's routes as a tree: how a path begins leads to the few routes that it can have, instead of a search of all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from envoy.matching import JsonObject

_TYPES = "type.googleapis.com/envoy"
_PATH: JsonObject = {
    "name": "path",
    "typed_config": {"@type": f"{_TYPES}.type.matcher.v3.HttpRequestHeaderMatchInput", "header_name": ":path"},
}
# Up to the first variable.
_LITERAL = re.compile(r"(?:(?:[\w/:-]|\[[.]\])(?![*?{]))*")
_REPEATED_SLASH = "/*"


def route_tree(routes: Sequence[JsonObject]) -> JsonObject:
    """The matcher of a virtual host that finds what the first matching one of `routes` would be.

    Envoy takes the longest beginning of a path that is in the tree, so its list has all routes that match such a path.
    """
    begin = [(beginnings(route), route) for route in routes]
    keys = sorted({beginning for found, _ in begin for beginning, _ in found})
    lists = {key: [route for found, route in begin if _can_begin(found, key)] for key in keys}
    tree = {"input": _PATH, "prefix_match_map": {"map": {key: _chosen(lists[key]) for key in keys}}}
    return {"matcher_tree": tree, "on_no_match": _chosen([route for found, route in begin if not found])}


def routes_in(tree: Any, beginning: str) -> list[Any]:
    """The routes of paths with this beginning."""
    entry = tree["matcher_tree"]["prefix_match_map"]["map"][beginning]
    found: list[Any] = entry["action"]["typed_config"]["routes"]
    return found


def beginnings(route: Any) -> list[tuple[str, bool]]:
    """How paths begin that the route can match, and whether more than slashes and a query may follow.

    Empty for a request without a path.
    """
    match = route["match"]
    if "safe_regex" in match:
        return [_beginning(each) for each in match["safe_regex"]["regex"].split("|")]
    return [(match[kind], kind == "prefix") for kind in ("path", "prefix") if kind in match]


def _beginning(regex: str) -> tuple[str, bool]:
    literal = _LITERAL.match(regex)
    beginning = literal[0] if literal else ""
    return beginning.replace("[.]", "."), regex.removeprefix(beginning) not in ("", _REPEATED_SLASH)


def _can_begin(found: Sequence[tuple[str, bool]], key: str) -> bool:
    """Whether a path that begins with `key` can be one of those that were found."""
    return any(
        key.startswith(beginning) and (is_open or not key.removeprefix(beginning).strip("/"))
        for beginning, is_open in found
    )


def _chosen(routes: Sequence[JsonObject]) -> JsonObject:
    action = {"@type": f"{_TYPES}.config.route.v3.RouteList", "routes": [*routes]}
    return {"action": {"name": "routes", "typed_config": action}}
