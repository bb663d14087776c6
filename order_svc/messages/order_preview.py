"""Previews of orders as messages of the contract."""

from __future__ import annotations

from dataclasses import replace

from easyorder.common.v1 import RefusedCode
from easyorder.order.v1 import PreviewOrderResponse

from order_svc.domain.preview import OrderPreview
from order_svc.messages.orders import order_message
from order_svc.order_ids import OrderIds


def preview_message(preview: OrderPreview, ids: OrderIds) -> PreviewOrderResponse:
    """The order without what only a placed one has: ids, number, etag, payments and times."""
    order = order_message(preview.order, ids)
    shown = replace(
        order,
        id="",
        number="",
        etag="",
        items=[replace(item, id="") for item in order.items],
        payments=[],
        placed_at=None,
        paid_at=None,
        update_time=None,
    )
    return PreviewOrderResponse(
        order=shown,
        refused_codes=[RefusedCode(code=code, reason=why) for code, why in preview.refused_codes],
        loyalty_points_spent=preview.points_spent,
        loyalty_points_earned=preview.points_earned,
    )
