"""A JSON body must match the contract: an unknown field is refused at any depth."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from typing import Any

import httpx
import psutil
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from chassis import contract
from envoy.bodies import body_message
from envoy.routing import is_reachable
from order_svc.queries.list_orders import MAX_PAGE_BYTES
from tests.envoy.error_shape import detail_of, reason_of
from tests.envoy.fake_mesh import FakeMesh, new
from tests.envoy.names import names_of
from tests.envoy.running import RunningEnvoy
from tests.mesh import Tokens

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDER: dict[str, Any] = {
    "requestId": "1",
    "currencyCode": "USD",
    "items": [{"productItemId": "1", "quantity": 2}, {"productItemId": "2", "quantity": 1}],
    "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
    "incentiveCodes": ["a", "b"],
    "loyaltyPoints": None,
}
PRODUCT: dict[str, Any] = {
    "name": 'A "shirt" \\ \u00e9 \U0001f600',
    "basePrice": {"currencyCode": "USD", "units": "10", "nanos": 0},
    "variations": [{"name": "size", "options": [{"value": "S", "priceModifier": {"units": "1"}}]}],
    "productItems": [{"sku": "S", "options": [{"variation": "size", "value": "S"}], "backorderable": True}],
    "createTime": "2026-01-01T00:00:00Z",
}
# What a shopper or an administrator may mistype, and how the field is named then.
UNKNOWN = {
    "at the top": (ORDER | {"incentiveCode": ["x"]}, ["incentiveCode"]),
    "in a message": (ORDER | {"payment": {"metod": 1}}, ["payment.metod"]),
    "in a list": (ORDER | {"items": [{"productItemId": "1"}, {"sku": "x"}]}, ["items[1].sku"]),
    "in what is unknown": (ORDER | {"a": {"b": [{"c": 1}]}}, ["a"]),
    "several": (ORDER | {"a": 1, "items": [{"b": 1}], "é": 1}, ["items[0].b", "a", "é"]),
    "in another case": (ORDER | {"Currency": "USD"}, ["Currency"]),
    "of another message": (ORDER | {"name": "x"}, ["name"]),
    "an empty name": (ORDER | {"": 1}, [""]),
    "a star": (ORDER | {"*": 1}, ["*"]),
    "a very long name": (ORDER | {"x" * 100_000: 1}, ["x" * 100]),
    "a long name of other letters": (ORDER | {"x" + "é" * 100: 1}, ["x" + "é" * 49]),
    "very many": (ORDER | {f"x{number}": 1 for number in range(1000)}, [f"x{number}" for number in range(10)]),
}


def fields_of(reply: httpx.Response) -> list[str]:
    return [violation["field"] for violation in detail_of(reply, "BadRequest")["fieldViolations"]]


@pytest.mark.reaches("INVALID_ARGUMENT")
@pytest.mark.parametrize("kind", UNKNOWN)
async def test_an_unknown_field_is_named(
    kind: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    body, fields = UNKNOWN[kind]

    reply = await http.post("/api/v1/orders", headers=bearer, json=body)

    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert fields_of(reply) == fields
    assert f"{fields[0]} is not a field of this request" in reply.json()["message"]
    assert mesh.calls == []


async def test_a_body_that_is_one_field_of_the_request(http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens) -> None:
    admin = {"authorization": f"Bearer {tokens.admin()}"}
    options = [{"value": "S", "priceModifier": {"unit": "1"}}]

    known = await http.post("/api/v1/products?requestId=1", headers=admin, json=PRODUCT)
    unknown = await http.post(
        "/api/v1/products", headers=admin, json=PRODUCT | {"variations": [{"name": "size", "options": options}]}
    )

    assert known.status_code == 200
    assert mesh.only_call.request.product.name == PRODUCT["name"]
    assert fields_of(unknown) == ["variations[0].options[0].priceModifier.unit"]


async def test_fields_have_two_names(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    body = '{"request_id": "a", "item\\u0073": [{"product_item_id": "7", "quantity": 1e0}]}'

    assert (await http.post("/api/v1/orders", headers=bearer, content=body)).status_code == 200
    assert mesh.only_call.request.items[0].product_item_id == "7"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"currencyCode": "USD", "currencyCode": "EUR"}', "currencyCode"),
        ('{"request_id": "a", "requestId": "b"}', "requestId"),
        ('{"items": [{"quantity": 1, "quantity": 2}]}', "items[0].quantity"),
        ('{"currencyCode": "USD", "c\\u0075rrencyCode": "EUR"}', "currencyCode"),
        ('{"items": [{"quantity": 1}], "items": [{"quantity": 2}]}', "items"),
    ],
)
@pytest.mark.parametrize("lenient", [False, True])
async def test_a_field_that_is_given_twice(
    body: str, field: str, lenient: bool, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    headers = bearer | ({"x-easyorder-ignore-unknown-fields": "true"} if lenient else {})
    reply = await http.post("/api/v1/orders", headers=headers, content=body)

    assert (reply.status_code, fields_of(reply)) == (400, [field])
    assert "is given twice" in reply.json()["message"]
    assert mesh.calls == []


@pytest.mark.parametrize("value", ["true", "TRUE"])
async def test_a_client_may_ask_for_leniency(
    value: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    lenient = bearer | {"x-easyorder-ignore-unknown-fields": value}

    reply = await http.post("/api/v1/orders", headers=lenient, json=ORDER | {"incentiveCode": ["x"]})

    assert reply.status_code == 200
    assert mesh.only_call.request.request_id == "1"


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("method", [m for m in contract.methods().values() if is_reachable(m)], ids=lambda m: m.name)
async def test_every_body_that_the_document_asks_for_is_required(
    method: contract.Method, lenient: bool, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens
) -> None:
    headers = {"authorization": f"Bearer {tokens.admin()}"}
    if lenient:
        headers["x-easyorder-ignore-unknown-fields"] = "true"

    for name in names_of(method):
        if name.binding and body_message(method, name.binding):
            missing = await http.request(name.binding.verb, name.path, headers=headers)
            assert (missing.status_code, fields_of(missing)) == (400, ["body"]), name
            assert mesh.calls == []
            # A stream of the fake mesh has no events, which is 204.
            assert (await http.request(name.binding.verb, name.path, headers=headers, content="{}")).is_success
            mesh.calls.clear()


def whole(message: Descriptor, name_of: Callable[[FieldDescriptor], str], without: Collection[str] = ()) -> Any:
    """A message as JSON with a value in every field, down to the third level."""
    if message.full_name == "google.protobuf.Timestamp":
        return "2026-01-01T00:00:00Z"
    if message.GetOptions().map_entry:
        return {"x": "y"}
    made: dict[str, Any] = {}
    for field in message.fields:
        if field.name in without or any(other.json_name in made or other.name in made for other in _rivals(field)):
            continue
        value: Any = whole(field.message_type, name_of) if field.message_type else 1
        if field.enum_type or field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
            value = field.enum_type.values[0].name if field.enum_type else "eA=="
        elif field.type == FieldDescriptor.TYPE_BOOL:
            value = True
        is_map = field.message_type and field.message_type.GetOptions().map_entry
        made[name_of(field)] = [value, value] if field.is_repeated and not is_map else value
    return made


def _rivals(field: FieldDescriptor) -> Sequence[FieldDescriptor]:
    return field.containing_oneof.fields if field.containing_oneof else ()


@pytest.mark.parametrize("naming", ["json_name", "name"])
@pytest.mark.parametrize("method", [m for m in contract.methods().values() if is_reachable(m)], ids=lambda m: m.name)
async def test_every_known_field_is_taken_under_both_of_its_names(
    method: contract.Method, naming: str, http: httpx.AsyncClient, tokens: Tokens
) -> None:
    headers = {"authorization": f"Bearer {tokens.admin(uuid.uuid4().hex)}"}
    request = contract.descriptor_of(method.request)

    for name in names_of(method):
        if name.binding and body_message(method, name.binding):
            in_path = re.findall(r"\{(?:\w+\.)?(\w+)", name.binding.path)
            is_field = name.binding.body != "*"
            message = request.fields_by_name[name.binding.body].message_type if is_field else request
            assert message is not None
            body = whole(message, lambda field: getattr(field, naming), in_path)
            reply = await http.request(name.binding.verb, name.path, headers=headers, json=body)
            assert reply.is_success, reply.text


BROKEN: dict[str, str | bytes] = {
    "an open object": '{"currencyCode": "USD"',
    "single quotes": "{'currency': 'USD'}",
    "a bare name": '{currency: "USD"}',
    "a comma at the end": '{"currencyCode": "USD",}',
    "a comma at the end of a list": '{"items": [{},]}',
    "a value too many": '{"currencyCode": "USD"} {}',
    "a line break in a text": '{"currencyCode": "U\nD"}',
    "an escape that is none": '{"currencyCode": "\\x41"}',
    "a broken escape": '{"currencyCode": "\\u00"}',
    "no value": '{"currencyCode": }',
    "a literal that is none": '{"currencyCode": nil}',
    "blanks": "   ",
    "a list": "[{}]",
    "a text": '"x"',
    "null": "null",
    "a mark of the byte order": "\ufeff{}",
    "an octal number": '{"items": [{"quantity": 01}]}',
    "a number without its end": '{"items": [{"quantity": 1.}]}',
    "a hexadecimal number": '{"items": [{"quantity": 0x10}]}',
    "half of a surrogate pair": '{"currencyCode": "\\ud800"}',
    "the other half": '{"currencyCode": "\\udc00\\ud800"}',
    "half of a pair and an escape": '{"currencyCode": "\\ud800\\u0041"}',
    "a byte of Latin-1": b'{"currencyCode": "\xe9"}',
    "a character in too many bytes": b'{"currencyCode": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"currencyCode": "\xed\xa0\x80"}',
    "beyond Unicode": b'{"currencyCode": "\xf4\x90\x80\x80"}',
    "the end of a character is missing": b'{"currencyCode": "\xe2\x82"}',
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_what_is_not_json(kind: str, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    reply = await http.post("/api/v1/orders", headers=bearer, content=BROKEN[kind])

    assert (reply.status_code, reason_of(reply)) == (400, "INVALID_ARGUMENT")
    assert fields_of(reply) == ["body"]
    assert re.fullmatch(
        "body (is not (JSON|UTF-8)|has half of a surrogate pair) at byte [0-9]+|body must be a JSON object",
        reply.json()["message"],
    )
    assert mesh.calls == []


@pytest.mark.parametrize("unknown", [False, True])
async def test_a_body_may_come_byte_by_byte(
    unknown: bool, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    async def bytewise() -> AsyncIterator[bytes]:
        for byte in json.dumps(ORDER | ({"incentiveCode": []} if unknown else {})).encode():
            yield bytes([byte])

    reply = await http.post("/api/v1/orders", headers=bearer, content=bytewise())

    assert reply.status_code == (400 if unknown else 200)
    assert len(mesh.calls) == (0 if unknown else 1)


async def test_every_character_is_taken(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    text = "".join(map(chr, (0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF)))

    for body in (json.dumps({"currencyCode": text}), json.dumps({"currencyCode": text}, ensure_ascii=False)):
        assert (await http.post("/api/v1/orders", headers=bearer, content=body.encode())).status_code == 200

    assert [call.request.currency_code for call in mesh.calls] == [text, text]


TIMES = {
    "2026-01-31T10:00:00Z": True,
    "2024-02-29T23:59:59.123456789+23:59": True,
    "9999-12-31T00:00:00-00:00": True,
    "2026-02-29T10:00:00Z": False,
    "2026-00-01T10:00:00Z": False,
    "2026-01-31T24:00:00Z": False,
    "2026-01-31T10:60:00Z": False,
    "2026-01-31T10:00:00": False,
    "2026-01-31T10:00:00z": False,
    "2026-01-31T10:00:00+24:00": False,
    "2026-01-31T10:00:00+0100": False,
    "2026-01-31T10:00:00.Z": False,
    "2026-01-31T10:00:00.1234567890Z": False,
    "2026-01-31 10:00:00Z": False,
    "2026-01-31": False,
    "0000-01-31T10:00:00Z": False,
    "tomorrow": False,
    "": False,
    "1769853600": False,
}


@pytest.mark.parametrize("written", TIMES)
async def test_a_time(written: str, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens) -> None:
    admin = {"authorization": f"Bearer {tokens.admin()}"}
    body = json.dumps({"startTime": written, "endTime": written}).replace("+", "\\u002b")

    reply = await http.post("/api/v1/admin/incentives", headers=admin, content=body)

    assert reply.status_code == (200 if TIMES[written] else 400), reply.text
    if not TIMES[written]:
        assert fields_of(reply) == ["startTime", "endTime"]
        assert re.match("startTime must be (a time|in the years)", reply.json()["message"])
        assert mesh.calls == []


@pytest.mark.parametrize("value", [1769853600, True, {}, {"seconds": 1}, []])
async def test_what_is_not_even_a_text_is_no_time(
    value: object, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens
) -> None:
    admin = {"authorization": f"Bearer {tokens.admin()}"}

    reply = await http.post("/api/v1/admin/incentives", headers=admin, json={"startTime": value})

    assert (reply.status_code, fields_of(reply)) == (400, ["startTime"])
    assert mesh.calls == []


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("PATCH /api/v1/products/{}", "id"),
        ("POST /api/v1/orders/{}:cancel", "id"),
        ("POST /api/v1/admin/teams/{}:addMember", "teamId"),
        ("POST /api/v1/admin/inventory/{}:adjust", "product_item_id"),
        ("POST /api/v1/admin/ops/order/jobs/{}:retry", "id"),
    ],
)
async def test_an_id_in_the_body_is_that_of_the_path(
    path: str, field: str, http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens
) -> None:
    admin = {"authorization": f"Bearer {tokens.admin()}"}
    verb, url = path.split()

    for other in ("8", ""):
        reply = await http.request(verb, url.format("7"), headers=admin, json={field: other})
        assert (reply.status_code, fields_of(reply)) == (400, [field])
        assert reply.json()["message"] == f"{field} must be the same as in the path"
    assert mesh.calls == []
    for written, same in (("7", "7"), ("%37", "7"), ("7", None)):
        assert (await http.request(verb, url.format(written), headers=admin, json={field: same})).status_code == 200


async def test_no_amount_becomes_another(http: httpx.AsyncClient, mesh: FakeMesh, tokens: Tokens) -> None:
    admin = {"authorization": f"Bearer {tokens.admin()}"}

    for units in ("9007199254740993.0", "900719925474099.3e1", "-9007199254740995e0"):
        content = '{"basePrice": {"units": ' + units + "}}"
        reply = await http.patch("/api/v1/products/7", headers=admin, content=content)
        assert (reply.status_code, fields_of(reply)) == (400, ["basePrice.units"]), units
    assert mesh.calls == []
    for units in ("9007199254740993", '"9007199254740993"', "9007199254740991.0", "9e15"):
        content = '{"basePrice": {"units": ' + units + "}}"
        assert (await http.patch("/api/v1/products/7", headers=admin, content=content)).status_code == 200, units
    written = [call.request.product.base_price.units for call in mesh.calls]
    assert written == [9007199254740993, 9007199254740993, 9007199254740991, 9 * 10**15]


MIB = 1024 * 1024
# The worst of each kind that fits into a body.
HEAVY = {
    "one text": '{"currencyCode": "' + "x" * (MIB - 20) + '"}',
    "escapes": '{"currencyCode": "' + "\\u0041" * (MIB // 6 - 10) + '"}',
    "pairs of escapes": '{"currencyCode": "' + "\\ud83d\\ude00" * (MIB // 12 - 10) + '"}',
    "letters of other scripts": '{"currencyCode": "' + "é" * (MIB // 2 - 20) + '"}',
    "a list as a text": '{"items": "' + "x" * (MIB - 20) + '"}',
    "blanks": "{" + " " * (MIB - 2) + "}",
    "numbers": '{"items": [' + "1," * (MIB // 2 - 20) + "1]}",
    "lists in lists": '{"items": ' + "[" * (MIB - 20),
    "objects in objects": '{"a": ' * (MIB // 6 - 10),
    "names": "{" + ",".join(f'"x{number}":1' for number in range(80_000)) + "}",
    "zeros": '{"items": [{"quantity": "' + "0" * (MIB // 32) + 'x"}]}',
    "messages": '{"items": [' + "{}," * 19_000 + "{}]}",
}


@pytest.mark.parametrize("kind", HEAVY)
async def test_no_body_holds_envoy_for_long(
    kind: str, envoy: RunningEnvoy, http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    # In time of its processor, which what else runs on this machine does not change.
    process = psutil.Process(envoy.pid)
    before_s = sum(process.cpu_times()[:2])

    reply = await http.post("/api/v1/orders", headers=bearer, content=HEAVY[kind])

    assert sum(process.cpu_times()[:2]) - before_s < 0.2
    assert reply.status_code in {200, 400}


async def test_others_are_served_during_heavy_bodies(
    http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]
) -> None:
    heavy = [http.post("/api/v1/orders", headers=bearer, content=body) for body in HEAVY.values()]
    light = [http.post("/api/v1/orders", headers=bearer, json=ORDER) for _ in range(5)]

    replies = await asyncio.gather(*heavy, *light)

    assert [reply.status_code for reply in replies[-5:]] == [200] * 5


async def test_the_largest_page_is_shown(http: httpx.AsyncClient, mesh: FakeMesh, bearer: dict[str, str]) -> None:
    price = {"currency_code": "USD", "units": 1}
    # Small values grow most: JSON has their names.
    line = {"id": "a" * 26, "quantity": 1, "unit_price": price, "discount": price}
    order = new("easyorder.order.v1.Order", id="a" * 26, items=[line] * 100)
    page = new("easyorder.order.v1.ListOrdersResponse", orders=[order])
    count = MAX_PAGE_BYTES // page.ByteSize()

    async def list_orders(request: Any, context: Any) -> Any:
        return new("easyorder.order.v1.ListOrdersResponse", orders=[order] * count)

    mesh.answers["/easyorder.order.v1.OrderService/ListOrders"] = list_orders
    reply = await http.get("/api/v1/orders", headers=bearer)

    assert reply.status_code == 200
    assert len(reply.content) > 4 * MAX_PAGE_BYTES
    assert len(reply.json()["orders"]) == count
