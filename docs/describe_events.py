"""Describes the events at the broker in docs/asyncapi.yaml (AsyncAPI 3.0), from the contract and the declarations.

python docs/describe_events.py           writes the document
python docs/describe_events.py --check   exit 1 if the document is another one
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import yaml
from easyorder.internal.order.v1 import Event
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from broker import cloud_events, topology
from chassis import contract
from edge.openapi.comments import comments

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/asyncapi.yaml"
VERSION = "1"
_PROTOBUF = "application/vnd.google.protobuf;version=3"
_ENVELOPE = "io.cloudevents.v1.CloudEvent"


def document() -> dict[str, Any]:
    """The document; its version is the schema version of the events."""
    described = contract.descriptor_of(Event)
    kinds = [field for field in described.fields if field.containing_oneof is not None]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "EasyOrder: what happens to orders",
            "version": VERSION,
            "description": "Every event of every order, at least once and in the order of each order. docs/events.md "
            "says how to consume them, and what may change.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": cloud_events.CONTENT_TYPE,
        "servers": {
            "rabbitmq": {
                "host": "{host}",
                "protocol": "amqp",
                "protocolVersion": "0.9.1",
                "description": "RabbitMQ 3.10 or newer, that of EASYORDER_BROKER_URL.",
                "variables": {"host": {"description": "host:port of the broker", "default": "127.0.0.1:5672"}},
            }
        },
        "channels": {"events": _exchange(kinds), "stream": _stream(kinds)},
        "operations": _operations(kinds),
        "components": {
            "schemas": {
                "CloudEvent": {"schemaFormat": _PROTOBUF, "schema": _definition(_ENVELOPE)},
                "Event": {"schemaFormat": _PROTOBUF, "schema": "\n".join(_definitions(described))},
            },
            "messages": {field.name: _message(field) for field in kinds},
        },
    }


def _exchange(kinds: list[FieldDescriptor]) -> dict[str, Any]:
    return {
        "address": "order.{partition}.{kind}",
        "title": "All events, by routing key",
        "description": f"The topic exchange {topology.EXCHANGE}. Bind a quorum queue of your own to order.*.<kind>.",
        "messages": _references(kinds, "components"),
        "parameters": {
            "partition": {
                "description": f"The number of the order modulo {topology.PARTITIONS}: one order has one partition.",
                "enum": [str(number) for number in range(topology.PARTITIONS)],
            },
            "kind": {"description": "What has happened.", "enum": [field.name for field in kinds]},
        },
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": topology.EXCHANGE, "type": "topic", "durable": True, "autoDelete": False},
                "bindingVersion": "0.3.0",
            }
        },
    }


def _stream(kinds: list[FieldDescriptor]) -> dict[str, Any]:
    queue = {"name": topology.STREAM, "durable": True, "exclusive": False, "autoDelete": False}
    return {
        "address": topology.STREAM,
        "title": "All events of 30 days, to read from any offset",
        "messages": _references(kinds, "components"),
        "bindings": {"amqp": {"is": "queue", "queue": queue, "bindingVersion": "0.3.0"}},
    }


def _operations(kinds: list[FieldDescriptor]) -> dict[str, Any]:
    return {
        "publishEvents": {
            "action": "send",
            "channel": {"$ref": "#/channels/events"},
            "summary": "order_svc publishes each event after the transaction of the change, with publisher confirms.",
            "messages": list(_references(kinds, "channels/events").values()),
            "bindings": {"amqp": {"deliveryMode": 2, "ack": True, "bindingVersion": "0.3.0"}},
        },
        "keepEvents": {
            "action": "send",
            "channel": {"$ref": "#/channels/stream"},
            "summary": "The broker keeps each of them in the stream.",
            "messages": list(_references(kinds, "channels/stream").values()),
        },
    }


def _references(kinds: list[FieldDescriptor], place: str) -> dict[str, Any]:
    return {field.name: {"$ref": f"#/{place}/messages/{field.name}"} for field in kinds}


def _message(field: FieldDescriptor) -> dict[str, Any]:
    known = comments()
    assert field.message_type is not None  # every content is a message
    return {
        "name": cloud_events.type_of(field.name),
        "title": field.message_type.name,
        "summary": known[field.full_name],
        "description": f"A CloudEvent whose data is an Event ({cloud_events.DATA_TYPE}) with {field.name}.",
        "contentType": cloud_events.CONTENT_TYPE,
        "payload": {"$ref": "#/components/schemas/CloudEvent"},
        "bindings": {"amqp": {"messageType": cloud_events.type_of(field.name), "bindingVersion": "0.3.0"}},
    }


def _definitions(described: Descriptor) -> Iterator[str]:
    """The message and all that its fields are of, each as the contract has it, once."""
    seen: set[str] = set()
    waiting = [described]
    while waiting:
        message = waiting.pop(0)
        if message.full_name in seen:
            continue
        seen.add(message.full_name)
        yield _definition(message.full_name)
        for field in message.fields:
            if field.message_type is not None and field.message_type.full_name.startswith("easyorder."):
                waiting.append(field.message_type)
            elif field.enum_type is not None and field.enum_type.full_name not in seen:
                seen.add(field.enum_type.full_name)
                yield _definition(field.enum_type.full_name)


def _definition(full_name: str) -> str:
    """A message or an enum with its comments, as its file has it."""
    package, _, name = full_name.rpartition(".")
    for text in _protos().values():
        if f"\npackage {package};" in text and (
            start := re.search(rf"^(//.*\n)*(message|enum) {name} \{{", text, re.M)
        ):
            end = text.index("\n}\n", start.end()) if text[start.end()] != "}" else start.end() - 1
            return text[start.start() : end + 2] + "\n"
    raise LookupError(full_name)


@cache
def _protos() -> Mapping[Path, str]:
    folders = (ROOT / "proto/easyorder", ROOT / "proto/io")
    return {file: file.read_text(encoding="utf-8") for folder in folders for file in sorted(folder.rglob("*.proto"))}


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as they are."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def written() -> str:
    """The document as its file has it."""
    head = "# Made by docs/describe_events.py from the contract; never edited.\n"
    return head + yaml.dump(document(), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def main() -> int:
    if "--check" not in sys.argv:
        PAGE.write_text(written(), encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != written():
        print("docs/asyncapi.yaml is not what the contract says; run python docs/describe_events.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
