"""Requests of any method, as clients send them: made from its binding and a message."""

from __future__ import annotations

import re
from copy import deepcopy
from urllib.parse import quote_from_bytes

from chassis.contract import HttpBinding, Method
from envoy.routing import CLUSTERS
from tests.security.hostile import Attack

LONGEST_URL = 20_000


def json_request(binding: HttpBinding, attack: Attack) -> tuple[str, bytes | None]:
    """URL and body: fields of the path and the query are taken out of the body."""
    body = deepcopy(attack.body)

    def in_path(match: re.Match[str]) -> str:
        *above, name = map(_json_name, match[1].split("."))
        inside = body[above[0]] if above and above[0] in body else body
        # The message itself may be what is hostile.
        return _text(inside.pop(name, 0) if isinstance(inside, dict) else 0, attack)

    path = re.sub(r"\{([\w.]+)(?:=[^}]+)?\}", in_path, binding.path)
    if binding.body == "*":
        return path, attack.json_of(body)
    content = attack.json_of(body.pop(binding.body, {})) if binding.body else None
    query = "&".join(
        f"{name}={_text(value, attack)}"
        for name, values in body.items()
        for value in (values if isinstance(values, list) else [values])
        if not isinstance(value, dict)
    )
    return f"{path}?{query}" if query else path, content


def home_of(method: Method) -> str:
    """The service that serves the method; OpsService is served by all but edge."""
    # An internal service is in easyorder.internal.<process>.v1.
    return CLUSTERS.get(method.service) or method.service.split(".")[2]


def _text(value: object, attack: Attack) -> str:
    hostile = value == "@@hostile@@"
    return quote_from_bytes((attack.url or b"")[:LONGEST_URL] if hostile else str(value).encode(), safe="")


def _json_name(name: str) -> str:
    return re.sub("_(.)", lambda match: match[1].upper(), name)
