"""Metadata: what programs keep with an order, as text under keys of their own, within bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

MOST_KEYS = 20
MOST_CHARACTERS = 4_000
LONGEST_VALUE = 500
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,40}")


def faults_of(metadata: Mapping[str, str], path: str) -> Iterator[tuple[str, str]]:
    """Paths and what is wrong there. Only valid keys are in a path."""
    if len(metadata) > MOST_KEYS:
        yield path, f"takes at most {MOST_KEYS} keys"
        return
    if sum(len(key) + len(value) for key, value in metadata.items()) > MOST_CHARACTERS:
        yield path, f"takes at most {MOST_CHARACTERS:,} characters in all"
        return
    for key, value in sorted(metadata.items()):
        if not _KEY.fullmatch(key):
            yield path, "must have keys of up to 40 letters, digits, _, . and -, such as gift_wrap"
        elif len(value) > LONGEST_VALUE:
            yield f"{path}.{key}", f"takes at most {LONGEST_VALUE} characters"
        elif "\0" in value:
            yield f"{path}.{key}", "must not contain NUL"
