"""Which HTTP paths a google.api.http template stands for, as a regular expression that Envoy (RE2) matches in full."""

from __future__ import annotations

import re

_VARIABLE = re.compile(r"\{[^}=]+(?:=(?P<pattern>[^}]+))?\}")


def path_regex(template: str) -> str:
    """`/orders/{id}:watch` becomes `/orders/[^/]+:watch/*`: the transcoder overlooks slashes at the end, so does this."""
    written, last = [], 0
    for variable in _VARIABLE.finditer(template):
        written.append(_escape(template[last : variable.start()]))
        written.append(".*" if variable["pattern"] == "**" else "[^/]+")
        last = variable.end()
    written.append(_escape(template[last:]))
    return "".join(written) + "/*"


def any_of(regexes: list[str]) -> str:
    """One regular expression that matches what any of them matches."""
    return "|".join(regexes)


def _escape(literal: str) -> str:
    return literal.replace(".", "[.]")
