"""The contract's comments, by the full name of the element that they describe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FileDescriptorProto

from chassis import contract

Named = tuple[tuple[int, ...], str]

# Field numbers of descriptor.proto, of which the paths of source_code_info consist.
_MESSAGES, _ENUMS, _SERVICES = 4, 5, 6
_FIELDS, _NESTED_MESSAGES, _NESTED_ENUMS = 2, 3, 4
_VALUES = _METHODS = 2


@cache
def comments() -> Mapping[str, str]:
    """By full names: `easyorder.order.v1.Order.id`, `easyorder.order.v1.OrderService.CreateOrder`."""
    found: dict[str, str] = {}
    for file in contract.descriptor_set().file:
        names = dict(_names(file))
        for location in file.source_code_info.location:
            name = names.get(tuple(location.path))
            if name and location.leading_comments:
                found[name] = " ".join(location.leading_comments.split())
    return MappingProxyType(found)


def _names(file: FileDescriptorProto) -> Iterator[Named]:
    for i, message in enumerate(file.message_type):
        yield from _names_of_message((_MESSAGES, i), f"{file.package}.{message.name}", message)
    for i, enum in enumerate(file.enum_type):
        yield from _names_of_enum((_ENUMS, i), f"{file.package}.{enum.name}", enum)
    for i, service in enumerate(file.service):
        name = f"{file.package}.{service.name}"
        yield (_SERVICES, i), name
        for j, method in enumerate(service.method):
            yield (_SERVICES, i, _METHODS, j), f"{name}.{method.name}"


def _names_of_message(path: tuple[int, ...], name: str, message: DescriptorProto) -> Iterator[Named]:
    yield path, name
    for i, field in enumerate(message.field):
        yield (*path, _FIELDS, i), f"{name}.{field.name}"
    for i, nested in enumerate(message.nested_type):
        yield from _names_of_message((*path, _NESTED_MESSAGES, i), f"{name}.{nested.name}", nested)
    for i, enum in enumerate(message.enum_type):
        yield from _names_of_enum((*path, _NESTED_ENUMS, i), f"{name}.{enum.name}", enum)


def _names_of_enum(path: tuple[int, ...], name: str, enum: EnumDescriptorProto) -> Iterator[Named]:
    yield path, name
    for i, value in enumerate(enum.value):
        yield (*path, _VALUES, i), f"{name}.{value.name}"
