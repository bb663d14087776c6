"""docs/asyncapi.yaml describes what is published, as AsyncAPI 3.0 has it."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from easyorder.internal.order.v1 import Event
from jsonschema import Draft7Validator

from broker.topology import routing_key
from chassis import contract
from docs.describe_events import PAGE, document, written

# That of the AsyncAPI initiative (Apache-2.0), without descriptions, examples and the bindings of other protocols.
SCHEMA = Draft7Validator(json.loads((Path(__file__).parent / "asyncapi/3.0.0.json").read_text(encoding="utf-8")))
KINDS = [field.name for field in contract.descriptor_of(Event).fields if field.containing_oneof]


def test_the_document_is_what_the_contract_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run python docs/describe_events.py"
    assert yaml.safe_load(written()) == document()


def test_the_document_is_valid_and_what_is_not_is_found() -> None:
    wrong = copy.deepcopy(document())
    wrong["channels"]["events"]["routing"] = "order.*"

    assert [error.message for error in SCHEMA.iter_errors(document())] == []
    assert list(SCHEMA.iter_errors(wrong)) != []


def test_every_kind_of_event_is_a_message_and_every_reference_leads_somewhere() -> None:
    described = document()

    assert list(described["components"]["messages"]) == KINDS
    for reference in re.findall(r"\$ref: '#/(.+)'", written()):
        found: Any = described
        for step in reference.split("/"):
            found = found[step]


@pytest.mark.parametrize("kind", KINDS)
def test_routing_keys_are_addresses_of_the_channel(kind: str) -> None:
    channel = document()["channels"]["events"]
    _, partition, named = routing_key(37, kind).split(".")

    assert channel["address"] == "order.{partition}.{kind}"
    assert partition in channel["parameters"]["partition"]["enum"]
    assert named in channel["parameters"]["kind"]["enum"]


def test_the_messages_of_the_contract_are_in_it_with_all_that_they_are_of() -> None:
    schemas = document()["components"]["schemas"]

    for name in ("message Event {", "message OrderStatusChanged {", "enum OrderStatus {", "enum RefundState {"):
        assert schemas["Event"]["schema"].count(f"\n{name}") == 1
    assert "message CloudEvent {" in schemas["CloudEvent"]["schema"]
