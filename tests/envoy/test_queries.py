"""A query must match the contract: each parameter at fault is named as the caller wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import psutil
import pytest
from google.protobuf.descriptor import FieldDescriptor

from chassis import contract
from envoy.bodies import PAGES, type_of
from envoy.paths import variables
from envoy.routing import is_reachable
from tests.envoy.error_shape import detail_of, reason_of
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.names import Name, names_of
from tests.envoy.running import RunningEnvoy
from tests.mesh import Tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDERS, PRODUCT, CANCEL = "/api/v1/orders", "/api/v1/products/7", "/api/v1/orders/7:cancel"
JOBS = "/api/v1/admin/ops/order/jobs"
STATES = ", ".join(f"JOB_STATE_{state}" for state in ("READY", "RUNNING", "DONE", "DEAD", "DISCARDED"))
MASK = "must be names of fields, separated by commas, or * alone"
UNKNOWN = "is not a parameter of this call"
# Each with what is said of it.
REFUSED = {
    "a word for a number": (f"GET {ORDERS}?pageSize=abc", "pageSize must be a whole number"),
    "nothing for a number": (f"GET {ORDERS}?pageSize=", "pageSize must be a whole number"),
    "a hexadecimal number": (f"GET {ORDERS}?page_size=0x10", "page_size must be a whole number"),
    "a part of a number": (f"GET {ORDERS}?pageSize=1.0", "pageSize must be a whole number"),
    "too large a number": (f"GET {ORDERS}?pageSize=2147483648", "pageSize is too large a number"),
    "a sign that is a blank": (f"GET {ORDERS}?pageSize=+1", "pageSize must be a whole number"),
    "unknown": (f"GET {ORDERS}?foo=1", f"foo {UNKNOWN}"),
    "unknown without a value": (f"GET {ORDERS}?foo", f"foo {UNKNOWN}"),
    "no name": (f"GET {ORDERS}?=1", f" {UNKNOWN}"),
    "a name that is encoded": (f"GET {ORDERS}?page%53ize=1", f"page%53ize {UNKNOWN}"),
    "a very long name": (f"GET {ORDERS}?{'x' * 5000}=1", f"{'x' * 500} {UNKNOWN}"),
    "a field of another call": (f"GET {ORDERS}/7?pageSize=1", f"pageSize {UNKNOWN}"),
    "no value": ("GET /api/v1/products?showDeleted", "showDeleted must have a value"),
    "a number for a truth": ("GET /api/v1/products?showDeleted=1", "showDeleted must be true or false"),
    "not a value of an enum": (f"GET {JOBS}?state=GONE", f"state must be one of {STATES}"),
    "no number of an enum": (f"GET {JOBS}?state=99", f"state must be one of {STATES}"),
    "twice": (f"GET {ORDERS}?pageSize=1&page_size=2", "page_size is given twice"),
    "twice in a write": (f"DELETE {PRODUCT}?etag=&etag=", "etag is given twice"),
    "not UTF-8": ("GET /api/v1/products?query=%C3%28", "query is not UTF-8"),
    "not UTF-8 in a list": (
        "GET /api/v1/inventory:watch?productItemIds=1&productItemIds=%FF",
        "productItemIds[1] is not UTF-8",
    ),
    "another id than the path's": (f"GET {ORDERS}/7?id=8", f"id {UNKNOWN}"),
    "another id than the path's in a write": (f"POST {CANCEL}?id=8", f"id {UNKNOWN}"),
    "what belongs into the body": (f"POST {CANCEL}?reason=x", f"reason {UNKNOWN}"),
    "a part of a mask": (f"PATCH {PRODUCT}?updateMask.paths=name", f"updateMask.paths {UNKNOWN}"),
    "all and more": (f"PATCH {PRODUCT}?updateMask=*,name", f"updateMask {MASK}"),
    "rubbish in a mask": (f"PATCH {PRODUCT}?updateMask=na%20me", f"updateMask {MASK}"),
    "brackets in a mask": (f"PATCH {PRODUCT}?update_mask=a(b", f"update_mask {MASK}"),
    "a gap in a mask": (f"PATCH {PRODUCT}?updateMask=name,", f"updateMask {MASK}"),
    "of an event stream": (f"GET {ORDERS}/7:watch?afterSequence=x", "afterSequence must be a whole number"),
    "next to a ticket": (f"GET {ORDERS}:watch?ticket=ticket_x&foo=1", f"foo {UNKNOWN}"),
    "of a page": ("GET /healthz?verbose=1", f"verbose {UNKNOWN}"),
    "of a webhook": ("POST /api/v1/payments/stripe/webhook?contentType=x", f"contentType {UNKNOWN}"),
}


def violations_of(reply: httpx.Response) -> list[str]:
    found = detail_of(reply, "BadRequest")["fieldViolations"]
    return [f"{violation['field']} {violation['description']}" for violation in found]


@pytest.mark.parametrize("kind", REFUSED)
async def test_a_parameter_at_fault_is_named(
    kind: str, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens
) -> None:
    (verb, path), expected = REFUSED[kind][0].split(" ", 1), REFUSED[kind][1]
    headers = {} if "ticket=" in path else {"authorization": f"Bearer {tokens.admin()}"}

    reply = await http.request(verb, path, headers=headers, content="{}" if verb in {"POST", "PATCH"} else None)

    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert violations_of(reply) == [expected]
    assert reply.json()["message"] == expected
    assert mesh.calls == []


@pytest.mark.parametrize("path", ["/", "/docs", "/docs/guide", "/docs/guide/7", "/console", "/track/7", "/shop"])
async def test_what_others_added_to_the_link_of_a_page_is_dropped(
    path: str, http: httpx.AsyncClient, mesh: FakeMesh
) -> None:
    reply = await http.get(f"{path}?utm_source=a%20mail&order_id=8&fbclid")

    assert reply.status_code == 200, reply.text
    assert "8" not in str(mesh.only_call.request)


async def test_leniency_is_for_bodies(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    lenient = {"x-easyorder-ignore-unknown-fields": "true"}

    assert violations_of(await http.get("/api/v1/products?foo=1", headers=lenient)) == [f"foo {UNKNOWN}"]
    assert mesh.calls == []


async def test_a_type_that_is_not_checked_stops_the_configuration() -> None:
    for field in contract.pool().FindMessageTypeByName("google.api.HttpBody").fields:
        if field.name != "content_type":
            with pytest.raises(KeyError):
                type_of(field)


async def test_at_most_ten_are_named(http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    reply = await http.get(f"/api/v1/products?{'a&' * 5_000}")

    assert violations_of(reply) == [f"a {UNKNOWN}"] * 10
    assert mesh.calls == []


async def test_every_fault_of_query_and_body_is_named(http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens) -> None:
    admin = {"authorization": f"Bearer {tokens.admin()}"}

    reply = await http.patch(f"{PRODUCT}?allowMissing=x&foo=1", headers=admin, json={"id": "8", "name": 1})

    first = f"allowMissing must be true or false; foo {UNKNOWN}; id must be the same as in the path"
    assert violations_of(reply) == [*first.split("; "), "name must be a text"]
    assert reply.json()["message"] == f"{first}; and 1 more"
    assert mesh.calls == []


TAKEN = {
    "PATCH /api/v1/products/7?updateMask=name,basePrice": 'update_mask {\n  paths: "name"\n  paths: "base_price"\n}\n',
    "PATCH /api/v1/products/7?updateMask=*": 'update_mask {\n  paths: "*"\n}\n',
    f"GET {ORDERS}?&&pageSize=2&": "page_size: 2\n",
    f"GET {ORDERS}?pageSize=-1": "page_size: -1\n",
    f"GET {ORDERS}?filter=%C3%A9=": 'filter: "é="\n',
    f"GET {JOBS}?state=JOB_STATE_DEAD": 'service: "order"\nstate: JOB_STATE_DEAD\n',
    f"GET {JOBS}?state=4": 'service: "order"\nstate: JOB_STATE_DEAD\n',
    "GET /api/v1/inventory:watch?productItemIds=1&product_item_ids=2": 'product_item_ids: "1"\nproduct_item_ids: "2"\n',
}


@pytest.mark.parametrize("request_line", TAKEN)
async def test_what_is_valid_is_taken(
    request_line: str, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens
) -> None:
    verb, path = request_line.split(" ", 1)
    headers = {"authorization": f"Bearer {tokens.admin()}"}

    reply = await http.request(verb, path, headers=headers, content="{}" if verb == "PATCH" else None)

    assert reply.status_code in {200, 204}, reply.text
    assert str(mesh.only_call.request).endswith(TAKEN[request_line])


def parameters(name: Name) -> Iterator[FieldDescriptor]:
    """The fields of a request that the query may have."""
    binding = name.binding
    assert binding is not None
    in_path = {variable.partition(".")[0] for variable in variables(binding.path)}
    if binding.body != "*":
        fields = contract.descriptor_of(name.method.request).fields
        yield from (field for field in fields if field.name not in in_path | {binding.body})


SAMPLES = {
    "string": "ä",
    "bool": "true",
    "google.protobuf.FieldMask": "name",
    "google.protobuf.Timestamp": "2026-01-31T10:00:00Z",
}


def sample(field: FieldDescriptor) -> Any:
    if field.enum_type:
        return field.enum_type.values[0].name
    return SAMPLES.get(type_of(field), "1")


@pytest.mark.parametrize("method", [m for m in contract.methods().values() if is_reachable(m)], ids=lambda m: m.name)
async def test_every_call_takes_its_parameters_and_no_other(
    method: contract.Method, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens
) -> None:
    headers = {"authorization": f"Bearer {tokens.admin()}"}
    for name in names_of(method):
        if name.binding:
            body = "{}" if name.binding.body else None
            for naming in ("name", "json_name"):
                query = "&".join(f"{getattr(field, naming)}={quote(sample(field))}" for field in parameters(name))
                if query and not name.path.endswith("/"):
                    reply = await http.request(name.binding.verb, f"{name.path}?{query}", headers=headers, content=body)
                    assert reply.status_code in {200, 204}, reply.text
            mesh.calls.clear()
            if method.name in PAGES:
                continue
            reply = await http.request(name.binding.verb, f"{name.path}?etga=1", headers=headers, content=body)
            assert (reply.status_code, violations_of(reply)) == (400, [f"etga {UNKNOWN}"]), name
            assert mesh.calls == []


async def test_no_query_holds_envoy_for_long(envoy: RunningEnvoy, http: httpx.AsyncClient, mesh: FakeMesh) -> None:
    process = psutil.Process(envoy.pid)
    before_s = sum(process.cpu_times()[:2])

    many = ("&a" * 7_000, "query=" + "%41" * 5_000, "query=" + "%C3%A9" * 2_500, "a=" * 7_000, "&" * 15_000)
    for _ in range(20):
        for query in (*many, "pageSize=" + "0" * 15_000 + "x"):
            assert (await http.get(f"/api/v1/products?{query}")).status_code in {200, 400}

    assert sum(process.cpu_times()[:2]) - before_s < 0.5
