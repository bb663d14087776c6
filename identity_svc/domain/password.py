"""Passwords: weak ones are refused, and none is shown by accident."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from chassis.errors import FieldViolation
from identity_svc.domain.errors import WeakPassword
from identity_svc.domain.user import Email

MIN_LENGTH, MAX_LENGTH = 12, 128
# So short a name is in many words: it counts as a word of its own only. A shorter one does not count.
_SHORT_NAME = 3


class Password:
    """A password as its owner typed it. Neither str() nor repr() shows it; only `reveal` and `spellings` do."""

    __slots__ = ("_typed",)

    def __init__(self, text: str) -> None:
        self._typed = text

    def reveal(self) -> str:
        """The same for all ways in which keyboards produce it (NFKC, NIST SP 800-63B 3.1.1.2)."""
        return unicodedata.normalize("NFKC", self._typed)

    def spellings(self) -> list[str]:
        """What may have been hashed, newest rule first: versions before 0.3.0 used NFC."""
        return list(dict.fromkeys([self.reveal(), unicodedata.normalize("NFC", self._typed)]))

    def __repr__(self) -> str:
        return "Password(***)"


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """The stored hash of a password, including its algorithm and parameters (PHC string format)."""

    phc: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """What people may choose: long passwords of any characters, which nobody guesses first (ASVS 5, 6.2; ADR 0050)."""

    is_common: Callable[[str], bool]

    def check(self, password: Password, *, email: Email, display_name: str, field: str = "password") -> None:
        """Raises WeakPassword, which names `field` and all faults."""
        if faults := list(self._faults(password.reveal(), email, display_name)):
            raise WeakPassword.of_all([FieldViolation(field, fault) for fault in faults])

    def _faults(self, text: str, email: Email, display_name: str) -> Iterator[str]:
        if not MIN_LENGTH <= len(text) <= MAX_LENGTH:
            yield f"must have {MIN_LENGTH} to {MAX_LENGTH} characters"
        elif self.is_common(text) or self.is_common(text.casefold()):
            yield "must not be one of the most common passwords"
        local_part, _, _ = email.rpartition("@")
        if any(_contains(text, name) for name in (display_name, *display_name.split(), local_part)):
            yield "must not contain the name or the address"


def _contains(text: str, name: str) -> bool:
    text, name = (unicodedata.normalize("NFKC", one).casefold() for one in (text, name))
    if len(name) > _SHORT_NAME:
        return name in text
    return len(name) == _SHORT_NAME and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
