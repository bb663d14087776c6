"""Postal addresses as google.type.PostalAddress."""

from __future__ import annotations

from typing import Any

from easyorder.google.type import PostalAddress as PostalAddressMessage

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
