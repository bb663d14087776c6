"""The tables of the write side that the read side copies."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table

from order_svc.queries.read_model import OrderDiscountRow, OrderItemRow, OrderRow, PaymentRow, RefundRow

PROJECTED: Sequence[Table] = [
    entity.__table__  # type: ignore[misc]
    for entity in (OrderRow, OrderDiscountRow, OrderItemRow, PaymentRow, RefundRow)
]
