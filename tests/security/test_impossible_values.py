"""Impossible times, days, numbers and page tokens are refused by name, not with a 500."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import httpx
import pytest

from deploy.local.shop import Shop
from tests.security.attackers import fields_of, reason_of


def altered(key: Any, filter: str = "") -> str:
    """A page token as the service makes them, with another content."""
    content = json.dumps([hashlib.sha256(filter.encode()).hexdigest()[:16], key]).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


CASES: dict[str, tuple[str, dict[str, Any], str]] = {
    "a time before the first year": (
        "/api/v1/orders",
        {"filter": 'placed_at >= "0001-01-01T00:00:00+23:59"'},
        "filter",
    ),
    "a time after the last year": (
        "/api/v1/admin/orders",
        {"filter": 'placed_at < "9999-12-31T23:59:59-1:00"'},
        "filter",
    ),
    "the last day": ("/api/v1/admin/reports/daily", {"date": "9999-12-31"}, "date"),
    "no day": ("/api/v1/admin/reports/daily", {"date": "2026-02-30"}, "date"),
    "the year 0": ("/api/v1/admin/reports/daily", {"date": "0000-01-01"}, "date"),
    "an export to the last day": (
        "/api/v1/admin/orders:export",
        {"startDate": "2026-01-01", "endDate": "9999-12-31"},
        "endDate",
    ),
    "a token with such a time": (
        "/api/v1/orders",
        {"pageToken": altered(["0001-01-01T00:00:00+23:59", 1])},
        "pageToken",
    ),
    "a token with a large id": (
        "/api/v1/orders",
        {"pageToken": altered(["2026-01-01T00:00:00Z", 2**63])},
        "pageToken",
    ),
    "a product's token": ("/api/v1/products", {"pageToken": altered(2**63)}, "pageToken"),
    "an incentive's token": ("/api/v1/admin/incentives", {"pageToken": altered(2**64)}, "pageToken"),
    "a job's token": ("/api/v1/admin/ops/order/jobs", {"pageToken": altered([0, 2**63], "jobs None")}, "pageToken"),
    "a job's token of no state": (
        "/api/v1/admin/ops/order/jobs",
        {"pageToken": altered([-9, 1], "jobs None")},
        "pageToken",
    ),
    "an error's token": ("/api/v1/admin/ops/order/errors", {"pageToken": altered(-(2**70), "errors")}, "pageToken"),
    "an entry's token": (
        "/api/v1/admin/ops/identity/audit",
        {"pageToken": altered(["2026-01-01T00:00:00Z", 2**63], "audit")},
        "pageToken",
    ),
    "a token of 10 KB": ("/api/v1/orders", {"pageToken": "x" * 10_000}, "pageToken"),
}


@pytest.mark.parametrize("kind", CASES)
async def test_the_field_is_named(http: httpx.AsyncClient, admin: Shop, kind: str) -> None:
    path, query, field = CASES[kind]

    answer = await http.get(path, params=query, headers=admin.headers)

    assert (answer.status_code, reason_of(answer)) == (400, "INVALID_ARGUMENT")
    assert list(fields_of(answer)) == [field]
