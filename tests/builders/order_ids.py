"""The ids of orders, and the resume tokens of their streams, in tests that have no database to keep the key."""

from __future__ import annotations

from collections.abc import Sequence

from easyorder.order.v1 import OrderEvent

from order_svc.order_ids import OrderIds

IDS = OrderIds(bytes(16))


def positions_of(messages: Sequence[OrderEvent], ids: OrderIds = IDS) -> list[int]:
    """The positions in the feed that the messages of a stream of many orders may be resumed after."""
    return [ids.resume_tokens.position(message.resume_token, "resumeToken") for message in messages]
