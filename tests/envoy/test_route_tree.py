"""The tree of routes leaves out no route that a path can have, and keeps their order."""

from __future__ import annotations

import re
from typing import Any

import pytest

from chassis import contract
from envoy.paths import example
from envoy.route_tree import beginnings, route_tree, routes_in
from envoy.routing import routes

ROUTES: list[Any] = list(routes(list(contract.methods().values())))
TREE: Any = route_tree(ROUTES)
BEGINNINGS = TREE["matcher_tree"]["prefix_match_map"]["map"]
METHODS = contract.methods().values()
PATHS = {
    *(example(binding.path) for method in METHODS for binding in method.http),
    *(method.full_name for method in METHODS),
    "/grpc.health.v1.Health/Check",
    "/api/v1/order",
    "/x",
}


@pytest.mark.parametrize("end", ["", "/", "//", "?x=1", "/7", ":watch", "x"])
def test_a_path_leads_to_every_route_that_it_can_have_in_their_order(end: str) -> None:
    for path in sorted(PATHS):
        found = routes_in(TREE, max((each for each in BEGINNINGS if (path + end).startswith(each)), key=len))

        assert [route for route in found if _can_match(route, path + end)] == [
            route for route in ROUTES if _can_match(route, path + end)
        ]


def test_a_path_of_an_order_is_compared_with_few_routes() -> None:
    assert len(routes_in(TREE, "/api/v1/orders")) < 10 < len(ROUTES)


def test_a_request_without_a_path_leads_to_a_tunnel() -> None:
    without_path = TREE["on_no_match"]["action"]["typed_config"]["routes"]

    assert [route["match"] for route in without_path] == [{"connect_matcher": {}}]


def test_what_follows_a_variable_or_may_be_missing_is_no_beginning() -> None:
    regex = "/api/v1/orders/[^/]+:cancel|/[.]well-known/keys/*|/docs?|/track:it|//*"

    assert beginnings({"match": {"safe_regex": {"regex": regex}}}) == [
        ("/api/v1/orders/", True),
        ("/.well-known/keys", False),
        ("/doc", True),
        ("/track:it", False),
        ("/", False),
    ]


def _can_match(route: Any, path: str) -> bool:
    match = route["match"]
    before_query = path.partition("?")[0]
    if "safe_regex" in match:
        return re.fullmatch(match["safe_regex"]["regex"], before_query) is not None
    return before_query == match.get("path") or ("prefix" in match and path.startswith(match["prefix"]))
