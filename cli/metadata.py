"""Metadata: the keys and values that programs keep with orders, products and users."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from cli.errors import USAGE, Fault

Pairs = Annotated[list[str] | None, typer.Argument(metavar="KEY=VALUE…", help="All from now on.")]


def metadata_of(pairs: Sequence[str] | None) -> dict[str, str]:
    """Keys and values as they were typed. Raises Fault."""
    if wrong := [pair for pair in pairs or () if "=" not in pair]:
        raise Fault(f"{wrong[0]} is no key with a value, such as channel=app", USAGE)
    return dict(pair.split("=", 1) for pair in pairs or ())


def pairs_of(metadata: Mapping[str, str]) -> str:
    """The metadata as it is typed."""
    return ", ".join(f"{key}={value}" for key, value in sorted(metadata.items()))
