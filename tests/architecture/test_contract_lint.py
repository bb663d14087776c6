"""proto/lint.py finds what deviates from the AIPs, and exceptions that are not needed."""

from __future__ import annotations

import runpy
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from chassis import contract
from docs.list_methods import PAGE, table
from tests.architecture.tracked import ROOT

LINT: dict[str, Any] = runpy.run_path(str(ROOT / "proto/lint.py"))
PLACE = "easyorder.catalog.v1"


def found(contract: descriptor_pb2.FileDescriptorSet) -> set[tuple[str, int]]:
    return {(place, aip) for place, aip, _ in LINT["faults"](contract)}


def test_the_contract_deviates_where_it_says_so_and_nowhere_else() -> None:
    assert found(contract.descriptor_set()) == LINT["EXCEPTIONS"].keys()


def test_the_document_lists_every_method() -> None:
    assert table() in PAGE.read_text(encoding="utf-8"), "run python docs/list_methods.py"
    assert "easyorder.internal" not in table()


def file_of(changed: descriptor_pb2.FileDescriptorSet, package: str) -> descriptor_pb2.FileDescriptorProto:
    return next(file for file in changed.file if file.package == package)


@pytest.mark.parametrize(
    ("message", "field", "becomes", "aip"),
    [
        ("Product", "create_time", "created_at", 142),
        ("Product", "name", "is_named", 140),
        ("Product", "name", "nameOfIt", 140),
        ("ListProductsRequest", "page_size", "size", 158),
        ("ListProductsResponse", "next_page_token", "more", 158),
        ("ListProductsResponse", "products", "product", 144),
        ("UpdateProductRequest", "update_mask", "fields", 134),
        ("CreateProductRequest", "request_id", "key", 155),
    ],
)
def test_a_name_that_is_not_standard_is_found(message: str, field: str, becomes: str, aip: int) -> None:
    changed = descriptor_pb2.FileDescriptorSet()
    changed.CopyFrom(contract.descriptor_set())
    (described,) = [one for one in file_of(changed, PLACE).message_type if one.name == message]
    next(one for one in described.field if one.name == field).name = becomes

    assert aip in {number for _, number in found(changed) - LINT["EXCEPTIONS"].keys()}


def test_a_field_that_does_not_say_how_it_behaves_is_found() -> None:
    changed = descriptor_pb2.FileDescriptorSet()
    changed.CopyFrom(contract.descriptor_set())
    (product,) = [one for one in file_of(changed, PLACE).message_type if one.name == "Product"]
    product.field[1].ClearField("options")

    assert found(changed) - LINT["EXCEPTIONS"].keys() == {(f"{PLACE}.Product.name", 203)}
