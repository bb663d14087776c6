"""Lists of Stripe's API as docs.stripe.com/api/pagination has them: newest first, by pages, with a filter of times."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Json = dict[str, Any]
_COMPARED: Mapping[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_DEFAULT, _MOST = 10, 100


class BadList(Exception):
    """The parameter, and what Stripe says of it."""


def listed(things: Iterable[Json], params: Json, *, url: str, intents: Mapping[str, Json]) -> Json:
    """A page of `things`, which are in the order in which they were made. Raises BadList."""
    known = {"created", "limit", "starting_after", "ending_before", "payment_intent", "expand"}
    if unknown := params.keys() - known:
        raise BadList(unknown.pop(), "Received unknown parameter")
    limit = int(params.get("limit", _DEFAULT))
    if not 1 <= limit <= _MOST:
        raise BadList("limit", "This value must be between 1 and 100 (inclusive)")
    if "starting_after" in params and "ending_before" in params:
        raise BadList("ending_before", "You may only specify one of these parameters: ending_before, starting_after")
    # Newest first; of the same second, the one that was made later.
    everything = sorted(enumerate(things), key=lambda one: (one[1]["created"], one[0]), reverse=True)
    found = [thing for _, thing in everything]
    before, after = _place(found, params, "ending_before"), _place(found, params, "starting_after")
    found = [thing for thing in found[:before] if _matches(thing, params)] if before is not None else found
    found = [thing for thing in found[(-1 if after is None else after) + 1 :] if _matches(thing, params)]
    page = found[:limit] if before is None else found[-limit:]
    shown = [
        _expanded(thing, intents) if "data.payment_intent" in params.get("expand", ()) else thing for thing in page
    ]
    return {"object": "list", "data": shown, "has_more": len(found) > limit, "url": url}


def _place(found: list[Json], params: Json, cursor: str) -> int | None:
    if cursor not in params:
        return None
    ids = [thing["id"] for thing in found]
    if params[cursor] not in ids:
        raise BadList(cursor, f"No such object: '{params[cursor]}'")
    return ids.index(params[cursor])


def _matches(thing: Json, params: Json) -> bool:
    times = params.get("created", {})
    if not all(_COMPARED[name](thing["created"], int(bound)) for name, bound in times.items()):
        return False
    return bool(params.get("payment_intent", thing["payment_intent"]) == thing["payment_intent"])


def _expanded(thing: Json, intents: Mapping[str, Json]) -> Json:
    intent = intents.get(thing["payment_intent"])
    charge = intent and intent["latest_charge"]
    return {**thing, "payment_intent": intent and {**intent, "latest_charge": charge and charge["id"]}}
