"""Metadata has bounds, and each fault is named where it is."""

from __future__ import annotations

import pytest

from foundation.metadata import faults_of


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"gift_wrap": "", "Channel-2.0": "a\nb \U0001f381"},
        {f"{n:02}": "v" * 198 for n in range(20)},
        {"k" * 40: "v" * 500},
    ],
)
def test_what_is_within_its_bounds_has_no_fault(metadata: dict[str, str]) -> None:
    assert list(faults_of(metadata, "metadata")) == []


@pytest.mark.parametrize(
    ("metadata", "paths"),
    [
        ({f"{n:02}": "" for n in range(21)}, ["metadata"]),
        ({f"{n:02}": "v" * (198 + (n == 7)) for n in range(20)}, ["metadata"]),
        ({"k" * 41: "", "": "", "a b": "", "\u00e9": ""}, ["metadata"] * 4),
        ({"long": "v" * 501, "nul": "\0", "good": "x"}, ["metadata.long", "metadata.nul"]),
    ],
)
def test_each_fault_is_named(metadata: dict[str, str], paths: list[str]) -> None:
    assert [path for path, _ in faults_of(metadata, "metadata")] == paths
