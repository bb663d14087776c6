"""Comparison of SKUs and incentive codes: case and surrounding blanks are ignored."""

from __future__ import annotations


def key_of(written: str) -> str:
    """Equal for all spellings of the same SKU or code."""
    return written.strip().casefold()
