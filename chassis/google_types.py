"""The rules for the fields of Google's messages, which cannot have them in the contract: amounts and addresses."""

from __future__ import annotations

from collections.abc import Mapping

from easyorder.validate.v1 import Rules

from chassis.money import CURRENCIES

_LETTERS = "two letters of ISO 3166-1, such as DE"
_ADDRESS, _MONEY = "google.type.PostalAddress", "google.type.Money"
_TEXTS = ("language_code", "postal_code", "sorting_code", "administrative_area", "locality", "sublocality")

RULES_OF_GOOGLE: Mapping[str, Rules] = {
    f"{_MONEY}.currency_code": Rules(one_of=sorted(CURRENCIES)),
    f"{_MONEY}.nanos": Rules(min=-999_999_999, max=999_999_999),
    f"{_ADDRESS}.revision": Rules(max=0),
    f"{_ADDRESS}.region_code": Rules(pattern="[A-Z]{2}", pattern_description=_LETTERS),
    **{f"{_ADDRESS}.{name}": Rules(max_length=100) for name in (*_TEXTS, "organization")},
    f"{_ADDRESS}.address_lines": Rules(max_items=10, max_length=200),
    f"{_ADDRESS}.recipients": Rules(max_items=5, max_length=200),
}
REQUIRED_OF_GOOGLE = {f"{_MONEY}.currency_code", f"{_ADDRESS}.region_code"}
