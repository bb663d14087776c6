"""UpdateOrderMetadata: replace what programs keep with an order, whatever its status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.audit import note_changes
from chassis.clock import Clock
from order_svc.commands.of_order import OfOrder
from order_svc.commands.uow import OrderUow
from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOrderMetadata(OfOrder[OrderView]):
    """`metadata` None changes nothing; an empty one removes it. `etag`: the version that the order must have; empty for
    any.
    """

    metadata: Mapping[str, str] | None
    etag: str = ""


async def update_order_metadata(cmd: UpdateOrderMetadata, uow: OrderUow, *, clock: Clock) -> OrderView:
    order = await uow.orders.get(cmd.order_id)
    before = order.view()
    order.check_etag(cmd.etag)
    if cmd.metadata is not None and (events := order.annotate(cmd.metadata, at=clock.now())):
        uow.emit(*events)
        await uow.orders.save([order])
    after = order.view()
    note_changes(before, after)
    return after
