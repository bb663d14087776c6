"""Passwords: weak ones are refused, and none is shown by accident."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from identity_svc.domain.errors import WeakPassword

MIN_LENGTH = 8


class Password:
    """A password as its owner typed it. Neither str() nor repr() shows it; only `reveal` does."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        # The same keys produce different code points on different machines (RFC 8265, OpaqueString).
        self._text = unicodedata.normalize("NFC", text)

    def reveal(self) -> str:
        return self._text

    def check_strength(self) -> None:
        """Raises WeakPassword when it has fewer than 8 characters, no letter or no digit."""
        faults = [
            fault
            for fault, found in (
                (f"at least {MIN_LENGTH} characters", len(self._text) < MIN_LENGTH),
                ("a letter", not any(character.isalpha() for character in self._text)),
                ("a digit", not any(character.isdigit() for character in self._text)),
            )
            if found
        ]
        if faults:
            raise WeakPassword(f"must have {' and '.join(faults)}")

    def __repr__(self) -> str:
        return "Password(***)"


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """The stored hash of a password, including its algorithm and parameters (PHC string format)."""

    phc: str = field(repr=False)
