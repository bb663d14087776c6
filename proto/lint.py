"""Checks the contract against Google's API Improvement Proposals (aip.dev), as api-linter would.

    python proto/lint.py

Methods: AIP-131 to 136. Fields: AIP-140 to 158, 164 and 203. Errors (193) are messages of google.rpc. Not applied:
resource names (122), because ids are flat here and a path says the rest; what only services see (easyorder.internal);
the packages of options. EXCEPTIONS lists what deviates on purpose; one that is not needed is a fault too.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from google.api import annotations_pb2, field_behavior_pb2
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool

ROOT = Path(__file__).resolve().parent.parent
PUBLIC = re.compile(r"easyorder\.(?!internal\.|auth\.|validate\.)")
# Places and their reasons. A place is a method, a message or a field; the number is that of the AIP.
_IDENTITY, _ORDER = "easyorder.identity.v1.IdentityService", "easyorder.order.v1.Order"
_SIGN_IN = "signing in and out are paths that people know, such as /users/login"
_SHOP = "the shop's own word, older than this contract"
_PAIR = "says which of two it is"
EXCEPTIONS: dict[tuple[str, int], str] = {
    **{(f"{_IDENTITY}.{name}", 136): _SIGN_IN for name in ("Register", "Login", "RefreshToken", "Logout")},
    ("easyorder.identity.v1.Tokens.expires_in", 140): "the name in OAuth 2.0 (RFC 6749)",
    ("easyorder.catalog.v1.ProductItem.quantity_on_hand", 140): _SHOP,
    ("easyorder.inventory.v1.StockLevel.quantity_on_hand", 140): _SHOP,
    ("easyorder.incentive.v1.Incentive.max_uses_per_user", 140): "no shorter name says it",
    **{(f"{_ORDER}.{name}", aip): _SHOP for name in ("placed_at", "paid_at", "cancelled_at") for aip in (140, 142)},
    (f"{_ORDER}.created_by", 140): "no shorter name says it",
    (f"{_ORDER}Event.order_created_with_incentive", 140): _SHOP,
    (f"{_ORDER}StatusChanged.from_status", 140): _PAIR,
    (f"{_ORDER}StatusChanged.to_status", 140): _PAIR,
    (f"{_ORDER}Service.CreateOrder", 133): "what is asked for, items, codes and a way to pay, is no order yet",
    (f"{_ORDER}Service.UpdateOrder", 134): "replaces the items, the only part of an order that can be changed",
    (f"{_ORDER}Service.ListAllOrders", 132): "answers what ListOrders answers",
    **{
        (f"{_ORDER}WatchService.{name}", aip): "asks for nothing; one more does no harm"
        for name in ("CreateStreamTicket", "CreateTrackingLink")
        for aip in (133, 155)
    },
    ("easyorder.common.v1.ErrorForm.metadata", 144): "the keys of a field of that name in google.rpc.ErrorInfo",
    **{
        (f"easyorder.ops.v1.{message}.on_behalf_of", 140): "no shorter name says it"
        for message in ("ListAuditEntriesRequest", "ExportAuditEntriesRequest", "AuditEntry")
    },
    ("easyorder.ops.v1.Stats.projection_lag", 142): "a lag is a duration",
    ("easyorder.payment.v1.PaymentWebhookService.ReceiveStripeEvent", 136): "the provider is told the path",
}

Found = Iterator[tuple[int, str]]


def faults(contract: descriptor_pb2.FileDescriptorSet) -> Iterator[tuple[str, int, str]]:
    """Place, AIP and what is wrong, without exceptions."""
    pool = DescriptorPool()
    for file in contract.file:
        pool.Add(file)
    for file in contract.file:
        if not PUBLIC.match(f"{file.package}."):
            continue
        known = pool.FindFileByName(file.name)
        for service in known.services_by_name.values():
            for method in service.methods:
                yield from ((method.full_name, aip, fault) for aip, fault in _of_method(method))
        for message in known.message_types_by_name.values():
            yield from ((message.full_name, aip, fault) for aip, fault in _of_message(message))
            for field in message.fields:
                yield from ((field.full_name, aip, fault) for aip, fault in _of_field(field))


def _of_method(method: MethodDescriptor) -> Found:
    verb, path, body = _http(method)
    request, response = method.input_type, method.output_type
    names = {field.name for field in request.fields}
    standard = re.match("(Get|List|Create|Update|Delete)[A-Z]", method.name)
    match standard and standard[1]:
        case "Get":
            yield from _must(131, verb == "GET" and not body, "is GET without a body")
            yield from _must(131, response.name != "Empty", "answers what it gets")
        case "List":
            yield from _must(132, verb == "GET" and not body, "is GET without a body")
            yield from _must(158, {"page_size", "page_token"} <= names, "takes page_size and page_token")
            has_token = "next_page_token" in response.fields_by_name
            yield from _must(158, has_token, "answers next_page_token")
            repeated = [field for field in response.fields if field.is_repeated]
            yield from _must(132, len(repeated) == 1, "answers one list")
            yield from _must(132, response.name == f"{method.name}Response", f"answers {method.name}Response")
        case "Create":
            resource = _snake(method.name.removeprefix("Create"))
            yield from _must(133, verb == "POST" and body == resource, f"is POST with the body {resource}")
            yield from _must(133, resource in names, f"takes {resource}")
            yield from _must(133, response.name == method.name.removeprefix("Create"), "answers what it creates")
            yield from _must(155, "request_id" in names, "takes request_id")
        case "Update":
            resource = _snake(method.name.removeprefix("Update"))
            yield from _must(134, verb == "PATCH" and body == resource, f"is PATCH with the body {resource}")
            yield from _must(134, _type_of(request, "update_mask") == "google.protobuf.FieldMask", "takes update_mask")
            yield from _must(134, response.name == method.name.removeprefix("Update"), "answers what it updates")
        case "Delete":
            yield from _must(135, verb == "DELETE" and not body, "is DELETE without a body")
        case _:
            yield from _must(136, re.search(r":[a-z][A-Za-z]*$", path) is not None, "has a path that ends with a verb")
            yield from _must(136, verb in ("GET", "POST"), "is GET or POST")
            yield from _must(136, verb == "GET" or body == "*", "has all of its request as body")


def _of_message(message: Descriptor) -> Found:
    names = {field.name for field in message.fields}
    if "delete_time" in names:
        yield from _must(164, "etag" in names, "can be deleted, so it has an etag")
    if message.name.startswith("List") and message.name.endswith("Request"):
        yield from _must(158, _type_of(message, "page_size") == "int32", "has page_size as int32")
    if message.name.startswith("Undelete"):
        yield from _must(164, {"id", "request_id"} <= names, "has id and request_id")


def _of_field(field: FieldDescriptor) -> Found:
    name, words = field.name, field.name.split("_")
    kind = field.message_type.full_name if field.message_type else ""
    yield from _must(140, name == name.lower() and "" not in words, "is in lower_snake_case")
    yield from _must(
        140, not {"of", "by", "from", "to", "with", "at", "on", "per", "in"} & set(words), "has no preposition"
    )
    if kind == "google.protobuf.Timestamp":
        yield from _must(142, name.endswith("_time") or name in ("time", "start_time", "end_time"), "ends with _time")
        yield from _must(142, not re.match("(created|updated|deleted|sent|changed)_", name), "has no past tense")
    if kind == "google.protobuf.Duration":
        yield from _must(142, name.endswith(("duration", "delay", "age", "_ttl")), "says that it is a duration")
    if "currency" in words:
        yield from _must(143, name.endswith("currency_code"), "is called currency_code")
    if field.is_repeated and not (field.message_type and field.message_type.GetOptions().map_entry):
        yield from _must(144, name.endswith("s"), "is plural")
    yield from _must(140, not name.startswith("is_"), "has no prefix is_")
    yield from _must(146, kind != "google.protobuf.Any", "is no Any")
    if name == "page_size":
        yield from _must(158, field.type == FieldDescriptor.TYPE_INT32, "is int32")
    if name in ("etag", "request_id", "page_token", "next_page_token", "id") or name.endswith("_id"):
        yield from _must(154 if name == "etag" else 148, field.type == FieldDescriptor.TYPE_STRING, "is a string")
    if field.containing_oneof is None or len(field.containing_oneof.fields) == 1:
        yield from _must(203, bool(_behaviors(field)), "says how it behaves (google.api.field_behavior)")


def _must(aip: int, holds: bool, what: str) -> Found:
    if not holds:
        yield aip, what


def _http(method: MethodDescriptor) -> tuple[str, str, str]:
    options = descriptor_pb2.MethodOptions.FromString(method.GetOptions().SerializeToString())
    rule = options.Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern") or ""
    return verb.upper(), getattr(rule, verb) if verb else "", rule.body


def _behaviors(field: FieldDescriptor) -> list[int]:
    options = descriptor_pb2.FieldOptions.FromString(field.GetOptions().SerializeToString())
    return list(options.Extensions[field_behavior_pb2.field_behavior])


def _type_of(message: Descriptor, name: str) -> str:
    field = message.fields_by_name.get(name)
    if field is None:
        return ""
    return (
        field.message_type.full_name
        if field.message_type
        else {FieldDescriptor.TYPE_INT32: "int32"}.get(field.type, "")
    )


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def main() -> int:
    contract = descriptor_pb2.FileDescriptorSet.FromString((ROOT / "gen" / "easyorder" / "contract.binpb").read_bytes())
    found = list(faults(contract))
    unknown = [fault for fault in found if fault[:2] not in EXCEPTIONS]
    needless = EXCEPTIONS.keys() - {fault[:2] for fault in found}
    for place, aip, what in unknown:
        print(f"{place}: AIP-{aip} wants that it {what}", file=sys.stderr)
    for place, aip in sorted(needless):
        print(f"{place} needs no exception from AIP-{aip}", file=sys.stderr)
    return 1 if unknown or needless else 0


if __name__ == "__main__":
    sys.exit(main())
