"""Checks a message against the rules that the contract gives its fields, before any handler sees it."""

from __future__ import annotations

import betterproto2


def check(message: betterproto2.Message) -> None:
    """Raises InvalidArgument naming every field at fault, as a JSON caller writes it (`items[0].productItemId`)."""
