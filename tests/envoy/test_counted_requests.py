"""Envoy counts the requests of a limit's methods, by each of their names, and no others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from chassis import contract
from chassis.contract import Method
from envoy.paths import example
from envoy.rate_limits import counted, counted_together, waits
from envoy.routing import is_reachable
from rate_limits.limits_file import RateLimit

METHODS = list(contract.methods().values())


def requests(method: Method) -> Iterator[dict[str, str]]:
    """What of a call decides, under each of its names."""
    yield {":method": "POST", ":path": method.full_name}
    for binding in method.http:
        path = example(binding.path)
        yield {":method": binding.verb, ":path": path}
        yield {":method": binding.verb, ":path": f"{path}?pageSize=1"}


def limit(*methods: str, by: str = "route") -> RateLimit:
    values = {"name": "some", "by": by, "requests": 20, "period": "minute", "methods": methods, "shared": True}
    return RateLimit.model_validate(values)


def times_counted(configured: list[dict[str, Any]], request: Mapping[str, str]) -> int:
    return sum(meets(one["actions"][0]["header_value_match"]["headers"], request) for one in configured)


def meets(headers: list[dict[str, Any]], request: Mapping[str, str]) -> bool:
    """As Envoy decides."""
    return all(
        bool(re.fullmatch(header["string_match"]["safe_regex"]["regex"], request[header["name"]]))
        is not header.get("invert_match", False)
        for header in headers
    )


@pytest.mark.parametrize(
    "method", [one for one in METHODS if is_reachable(one)], ids=lambda method: method.full_name.rpartition(".")[2]
)
def test_a_method_is_counted_once_under_each_name_and_no_other_is(method: Method) -> None:
    some = limit(method.full_name.strip("/"))
    before, after = counted([some], METHODS), counted_together([some])

    found = {m.full_name: {times_counted(before, request) for request in requests(m)} for m in METHODS}

    assert found == {m.full_name: {int(m is method)} for m in METHODS}
    names = {m.full_name: times_counted(after, {":path": m.full_name}) for m in METHODS}
    assert {name for name, times in names.items() if times} == {method.full_name}
    ((grpc_names, wait_s),) = waits([some])
    assert (bool(re.fullmatch(grpc_names, method.full_name)), wait_s) == (True, 3)


def test_a_star_counts_all_but_what_browsers_ask_first() -> None:
    configured = counted([limit("*")], METHODS)

    assert {times_counted(configured, request) for method in METHODS for request in requests(method)} == {1}
    assert times_counted(configured, {":method": "OPTIONS", ":path": "/api/v1/orders"}) == 0


def test_streams_are_those_of_the_infrastructure_too() -> None:
    configured = counted([limit("streams")], METHODS)

    reflection = {":method": "POST", ":path": "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"}
    assert times_counted(configured, reflection) == 1
    assert times_counted(configured, {":method": "GET", ":path": "/api/v1/orders/1:watch"}) == 1
    assert times_counted(configured, {":method": "GET", ":path": "/api/v1/orders/1"}) == 0


@pytest.mark.parametrize(("by", "actions"), [("user", 2), ("address", 2), ("route", 1)])
def test_whom_a_limit_counts(by: str, actions: int) -> None:
    (one,) = counted([limit("*", by=by)], METHODS)

    assert len(one["actions"]) == actions  # type: ignore[arg-type]
