"""Postal addresses as google.type.PostalAddress, and the rules that this message cannot have in the contract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from easyorder.google.type import PostalAddress as PostalAddressMessage

from chassis.errors import FieldViolation
from order_svc.domain.address import PostalAddress

_TEXTS = (
    "language_code",
    "postal_code",
    "sorting_code",
    "administrative_area",
    "locality",
    "sublocality",
    "organization",
)
_MOST = {"address_lines": 10, "recipients": 5}
_LONGEST_TEXT, _LONGEST_LINE = 100, 200


def address_of(message: PostalAddressMessage | None) -> PostalAddress | None:
    """The address in a request that has no faults; None if there is none."""
    if message is None:
        return None
    texts: dict[str, Any] = {name: getattr(message, name) for name in _TEXTS}
    return PostalAddress(
        region_code=message.region_code,
        address_lines=tuple(message.address_lines),
        recipients=tuple(message.recipients),
        **texts,
    )


def address_message(address: PostalAddress | None) -> PostalAddressMessage | None:
    """The address for a reply."""
    if address is None:
        return None
    texts: dict[str, Any] = {name: getattr(address, name) for name in _TEXTS}
    return PostalAddressMessage(
        region_code=address.region_code,
        address_lines=list(address.address_lines),
        recipients=list(address.recipients),
        **texts,
    )


def address_faults(message: PostalAddressMessage | None, field: str) -> Iterator[FieldViolation]:
    """All parts at fault of the address in `field`."""
    if message is None:
        return
    if message.revision:
        yield FieldViolation(f"{field}.revision", "must be 0")
    if not re.fullmatch("[A-Z]{2}", message.region_code):
        yield FieldViolation(f"{field}.regionCode", "must be two letters of ISO 3166-1, such as DE")
    for name in _TEXTS:
        if len(getattr(message, name)) > _LONGEST_TEXT:
            yield FieldViolation(f"{field}.{_json_name(name)}", f"takes at most {_LONGEST_TEXT} characters")
    for name, most in _MOST.items():
        lines = getattr(message, name)
        if len(lines) > most:
            yield FieldViolation(f"{field}.{_json_name(name)}", f"takes at most {most}")
        for index, line in enumerate(lines[:most]):
            if len(line) > _LONGEST_LINE:
                path = f"{field}.{_json_name(name)}[{index}]"
                yield FieldViolation(path, f"takes at most {_LONGEST_LINE} characters")


def _json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
