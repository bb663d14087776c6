"""Comparison of SKUs and incentive codes: case, surrounding blanks and Unicode's forms are ignored."""

from __future__ import annotations

import unicodedata


def composed(written: str) -> str:
    """The text in Unicode's composed form (NFC), in which names are stored: é is one character."""
    return unicodedata.normalize("NFC", written)


def key_of(written: str) -> str:
    """Equal for all spellings of the same SKU or code."""
    return composed(composed(written.strip()).casefold())


def fault_of(written: str) -> str | None:
    """The fault of a SKU or a code, or None. Values that differ only in invisible characters look the same."""
    if any(unicodedata.category(character) == "Cf" for character in written):
        return "must not contain invisible characters, such as U+200B"
    return None
