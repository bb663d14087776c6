"""PostalAddress: where an order goes, or its bill; the parts are those of google.type.PostalAddress."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PostalAddress:
    """`region_code` is of ISO 3166-1 (`DE`), `language_code` of BCP 47 (`de`). Parts that are not given are empty."""

    region_code: str
    language_code: str = ""
    postal_code: str = ""
    sorting_code: str = ""
    administrative_area: str = ""
    locality: str = ""
    sublocality: str = ""
    address_lines: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    organization: str = ""
