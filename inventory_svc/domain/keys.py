"""How SKUs and incentive codes are compared: case and the blanks around them make no difference."""

from __future__ import annotations


def key_of(written: str) -> str:
    """Equal for all ways to write the same SKU or code."""
    return written.strip().casefold()
