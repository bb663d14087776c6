"""The HTTP paths that match a google.api.http template, as a regular expression that Envoy (RE2) matches in full."""

from __future__ import annotations

import re
from collections.abc import Callable

_VARIABLE = re.compile(r"\{(?P<name>[^}=]+)(?:=(?P<pattern>[^}]+))?\}")


def path_regex(template: str) -> str:
    """`/orders/{id}` becomes `/orders/[^/]+/*`: like the transcoder, it ignores trailing slashes except after verbs."""
    return _written(template, lambda literal: literal.replace(".", "[.]"), "{}")


def lua_pattern(template: str) -> str:
    """The same as a pattern of Lua, which captures the variables."""
    return "^" + _written(template, lambda literal: re.sub("([^a-zA-Z0-9/])", r"%\1", literal), "({})") + "$"


def variables(template: str) -> list[str]:
    """The names of the variables, such as `product.id`."""
    return [variable["name"] for variable in _VARIABLE.finditer(template)]


def precision(template: str) -> tuple[bool, int]:
    """Sorts templates so that the first match counts: `{id}` also matches custom verbs and fixed paths."""
    return not has_verb(template), template.count("{")


def example(template: str) -> str:
    """A path that matches the template."""
    return _VARIABLE.sub("x", template)


def has_verb(template: str) -> bool:
    """Whether the template ends with a custom verb (AIP-136), such as `/orders/{id}:watch`."""
    return ":" in template.rpartition("/")[2]


def any_of(regexes: list[str]) -> str:
    """One regular expression that matches if any of the given ones does."""
    return "|".join(regexes)


def _written(template: str, escape: Callable[[str], str], form: str) -> str:
    written, last = [], 0
    for variable in _VARIABLE.finditer(template):
        written.append(escape(template[last : variable.start()]))
        written.append(form.format(".*" if variable["pattern"] == "**" else "[^/]+"))
        last = variable.end()
    written.append(escape(template[last:]))
    return "".join(written) + ("" if has_verb(template) else "/*")
