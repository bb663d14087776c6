"""Comparison of SKUs and incentive codes: case and surrounding blanks are ignored."""

from __future__ import annotations

import unicodedata


def key_of(written: str) -> str:
    """Equal for all spellings of the same SKU or code."""
    return written.strip().casefold()


def fault_of(written: str) -> str | None:
    """The fault of a SKU or a code, or None. Values that differ only in invisible characters look the same."""
    if any(unicodedata.category(character) == "Cf" for character in written):
        return "must not contain invisible characters, such as U+200B"
    return None
