"""Which entity of the write side's change log goes to which table of the read side."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.copy_projection import CopyProjection
from chassis.db.projector import Projection
from order_svc.queries.read_model import OrderDiscountRow, OrderItemRow, OrderRow, PaymentRow, RefundRow

PROJECTIONS: Mapping[str, Projection] = {
    entity.__tablename__: CopyProjection(entity.__table__)  # type: ignore[arg-type]
    for entity in (OrderRow, OrderDiscountRow, OrderItemRow, PaymentRow, RefundRow)
}
