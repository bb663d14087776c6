"""Stream tickets, as Envoy sees them: they stand for a token where a stream is opened, and order_svc verifies them."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.context import Audience
from chassis.contract import Method
from envoy.paths import any_of, path_regex

# Whose streams: no other service takes tickets.
ORDERS = "easyorder.order."
PARAMETER = "ticket"
# No access token begins like a ticket.
TICKET = "ticket_[A-Za-z0-9_-]+"
HAS_TICKET: dict[str, object] = {
    "name": "authorization",
    "string_match": {"safe_regex": {"regex": f"Bearer {TICKET}"}},
}


def takes_ticket(method: Method) -> bool:
    """Whether the method is a stream of order_svc that a browser can open and that needs a token."""
    of_orders = method.service.startswith(ORDERS) and method.server_streaming
    return of_orders and bool(method.http) and Audience.PUBLIC not in method.access.allow


def ticket_paths(methods: Sequence[Method]) -> str:
    """Matches the HTTP paths of these streams."""
    return any_of([path_regex(binding.path) for method in filter(takes_ticket, methods) for binding in method.http])
