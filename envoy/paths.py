"""The HTTP paths that match a google.api.http template, as a regular expression that Envoy (RE2) matches in full."""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"\{[^}=]+(?:=(?P<pattern>[^}]+))?\}")


def path_regex(template: str) -> str:
    """`/orders/{id}` becomes `/orders/[^/]+/*`: like the transcoder, it ignores trailing slashes except after verbs."""
    written, last = [], 0
    for variable in _VARIABLE.finditer(template):
        written.append(_escape(template[last : variable.start()]))
        written.append(".*" if variable["pattern"] == "**" else "[^/]+")
        last = variable.end()
    written.append(_escape(template[last:]))
    return "".join(written) + ("" if has_verb(template) else "/*")


def has_verb(template: str) -> bool:
    """Whether the template ends with a custom verb (AIP-136), such as `/orders/{id}:watch`."""
    return ":" in template.rpartition("/")[2]


def any_of(regexes: list[str]) -> str:
    """One regular expression that matches if any of the given ones does."""
    return "|".join(regexes)


def _escape(literal: str) -> str:
    return literal.replace(".", "[.]")
