"""The contract at run time: all methods, messages and rules of proto/, read once from the descriptor set in gen/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import betterproto2
from easyorder.auth.v1 import Access as AccessOption
from easyorder.google.api import FieldBehavior, HttpRule
from easyorder.message_pool import default_message_pool
from easyorder.validate.v1 import Rules
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, EnumValueDescriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from chassis.context import Audience
from chassis.google_types import REQUIRED_OF_GOOGLE, RULES_OF_GOOGLE

ROOT_PACKAGE = "easyorder"


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call a method: proto/easyorder/auth/v1/access.proto says what it means."""

    allow: frozenset[Audience]
    owned: bool
    planned: bool = False
    services: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class HttpBinding:
    """An HTTP binding: `path` as in google.api.http (`/orders/{id}:watch`), `body` is "", "*" or a field."""

    verb: str
    path: str
    body: str


@dataclass(frozen=True, slots=True)
class Method:
    """An rpc of the contract."""

    full_name: str
    service: str
    name: str
    snake_name: str
    request: type[betterproto2.Message]
    response: type[betterproto2.Message]
    server_streaming: bool
    access: Access
    http: tuple[HttpBinding, ...]


@cache
def pool(*, public: bool = False) -> DescriptorPool:
    """The descriptors of the contract, or of what is `public` in it, and of the services that every server adds."""
    known = DescriptorPool()
    for file in descriptor_set().file:
        if not (public and is_internal(file.package)):
            known.Add(file)
    for module in (health_pb2, reflection_pb2):
        known.AddSerializedFile(module.DESCRIPTOR.serialized_pb)
    return known


def is_internal(name: str) -> bool:
    """Whether a service, message or package is for the services of the mesh only."""
    return f"{name}.".startswith(f"{ROOT_PACKAGE}.internal.")


@cache
def descriptor_set() -> descriptor_pb2.FileDescriptorSet:
    """The whole contract as `buf build` writes it, imports and comments included."""
    return descriptor_pb2.FileDescriptorSet.FromString((files(ROOT_PACKAGE) / "contract.binpb").read_bytes())


@cache
def methods() -> Mapping[str, Method]:
    """Every method by its full name (`/easyorder.order.v1.OrderService/CreateOrder`)."""
    files = [pool().FindFileByName(file.name) for file in descriptor_set().file]
    services = [service for file in files for service in file.services_by_name.values()]
    made = [_method(method) for service in services for method in service.methods]
    return MappingProxyType({method.full_name: method for method in made})


@cache
def message_types() -> Mapping[str, type[betterproto2.Message]]:
    """Every message class by its full name (`easyorder.order.v1.Order`)."""
    for file in descriptor_set().file:
        package = file.package.removeprefix(f"{ROOT_PACKAGE}.")
        import_module(f"{ROOT_PACKAGE}.{package}")
    return MappingProxyType({full_name_of(known): known for known in default_message_pool.type_to_url})


@cache
def descriptor_of(message_type: type[betterproto2.Message]) -> Descriptor:
    """The descriptor of a message class; Raises KeyError if it is not in the contract."""
    return pool().FindMessageTypeByName(full_name_of(message_type))


def full_name_of(message_type: type[betterproto2.Message]) -> str:
    """`easyorder.order.v1.Order` for Order; Raises KeyError if it is not in the contract."""
    return default_message_pool.type_to_url[message_type].rpartition("/")[2]


def rules_of(field: FieldDescriptor) -> Rules:
    """The (easyorder.validate.v1.rules) of a field; empty Rules if it has none."""
    if (known := RULES_OF_GOOGLE.get(field.full_name)) is not None:
        return known
    return Rules.parse(extension(field, "easyorder.validate.v1.rules").SerializeToString())


def is_required(field: FieldDescriptor) -> bool:
    """Whether the (google.api.field_behavior) of a field says REQUIRED."""
    return field.full_name in REQUIRED_OF_GOOGLE or FieldBehavior.REQUIRED in extension(
        field, "google.api.field_behavior"
    )


def _method(method: MethodDescriptor) -> Method:
    access = AccessOption.parse(extension(method, "easyorder.auth.v1.access").SerializeToString())
    http = HttpRule.parse(extension(method, "google.api.http").SerializeToString())
    service = method.containing_service.full_name
    return Method(
        full_name=f"/{service}/{method.name}",
        service=service,
        name=method.name,
        snake_name=re.sub(r"(?<!^)(?=[A-Z])", "_", method.name).lower(),
        request=message_types()[method.input_type.full_name],
        response=message_types()[method.output_type.full_name],
        server_streaming=method.server_streaming,
        access=Access(frozenset(filter(None, access.allow)), access.owned, access.planned, frozenset(access.services)),
        http=tuple(_bindings(http)),
    )


def _bindings(rule: HttpRule) -> Iterator[HttpBinding]:
    for one in (rule, *rule.additional_bindings):
        for verb in ("get", "put", "post", "delete", "patch"):
            if (path := getattr(one, verb)) is not None:
                yield HttpBinding(verb.upper(), path, one.body)


def extension(described: FieldDescriptor | MethodDescriptor | EnumValueDescriptor, name: str) -> Any:
    """The value of an option of ours, empty if it is not set."""
    # Options are classes of protobuf's default pool, which does not know our extensions: parse them in our pool.
    options = described.GetOptions()
    known: Any = GetMessageClass(pool().FindMessageTypeByName(options.DESCRIPTOR.full_name))
    return known.FromString(options.SerializeToString()).Extensions[pool().FindExtensionByName(name)]
