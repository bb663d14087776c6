"""ListOrders and ListAllOrders: newest first, page by page; new orders do not shift later pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from chassis.page_tokens import PageTokens
from ops.filters import FilterField, map_field, number_field, one_of, parse_filter, text_field, time_field
from order_svc.domain.status import Status
from order_svc.domain.views import OrderView
from order_svc.order_ids import OrderIds
from order_svc.queries.read_model import OrderRow, views_of

DEFAULT_PAGE_SIZE = 10
MAX_PAGE_SIZE = 50
# Of protobuf: gRPC clients take messages of 4 MiB.
MAX_PAGE_BYTES = 3 * 1024 * 1024


class _Key(NamedTuple):
    """The sort key of orders. Numbers alone are not in order of time: each replica has its own block of them."""

    placed_at: datetime
    id: str


_TOKENS = PageTokens(_Key)
FIELDS: Mapping[str, FilterField] = {
    "status": one_of({status.contract_name: status for status in Status}, prefix="ORDER_STATUS_"),
    "placed_at": time_field(),
    "team_id": text_field(),
    "metadata": map_field(),
}
FIELDS_OF_ALL: Mapping[str, FilterField] = {**FIELDS, "created_by": text_field(), "number": number_field()}
_COLUMNS: Mapping[str, Any] = {
    "status": OrderRow.status,
    "placed_at": OrderRow.placed_at,
    "team_id": OrderRow.team_id,
    "metadata": OrderRow.metadata_,
    "created_by": OrderRow.created_by,
    "number": OrderRow.id,
}
_NEWEST_FIRST = (OrderRow.placed_at.desc(), OrderRow.id.desc())


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """Some orders of a list with `filter`, and whether more follow."""

    orders: Sequence[OrderView]
    filter: str
    more: bool
    ids: OrderIds
    # Changes before this time are in the page; None if that is not known.
    read_time: datetime | None = None

    @property
    def next_page_token(self) -> str:
        """Empty on the last page."""
        if not self.more:
            return ""
        last = self.orders[-1]
        return _TOKENS.write(_Key(last.placed_at, self.ids.of_order(last.id)), filter=self.filter)

    def fitting(self, sizes: Iterable[int]) -> OrderPage:
        """The page without the orders, in bytes of `sizes`, for which it has no room; one order always fits."""
        return self.first(max(1, sum(size <= MAX_PAGE_BYTES for size in accumulate(sizes))))

    def first(self, count: int) -> OrderPage:
        """The page without the orders after the first `count`."""
        return replace(self, orders=self.orders[:count], more=self.more or count < len(self.orders))


async def list_orders(
    session: AsyncSession, ids: OrderIds, *, page_size: int, page_token: str, filter: str, zone: ZoneInfo
) -> OrderPage:
    """`page_size` 0 means 10, and more than 50 means 50. Raises InvalidArgument for a wrong filter or token."""
    return await _page(session, ids, FIELDS, page_size=page_size, page_token=page_token, filter=filter, zone=zone)


async def list_all_orders(
    session: AsyncSession, ids: OrderIds, *, page_size: int, page_token: str, filter: str, zone: ZoneInfo
) -> OrderPage:
    """Like list_orders, but can also be filtered by the person who placed the orders, and by number."""
    return await _page(
        session, ids, FIELDS_OF_ALL, page_size=page_size, page_token=page_token, filter=filter, zone=zone
    )


async def _page(
    session: AsyncSession,
    ids: OrderIds,
    fields: Mapping[str, FilterField],
    *,
    page_size: int,
    page_token: str,
    filter: str,
    zone: ZoneInfo,
) -> OrderPage:
    size = min(page_size or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)
    named = filter if zone.key == "UTC" else f"{zone.key} {filter}"
    query = select(OrderRow).order_by(*_NEWEST_FIRST).limit(size + 1)
    for comparison in parse_filter(filter, fields, zone):
        query = query.where(comparison.applied_to(_COLUMNS[comparison.field]))
    if page_token:
        last = _TOKENS.read(page_token, filter=named)
        after = tuple_(literal(last.placed_at, UtcDateTime), literal(ids.order_number(last.id), BigInteger))
        query = query.where(tuple_(OrderRow.placed_at, OrderRow.id) < after)
    orders = await views_of(session, query)
    return OrderPage(orders=orders, filter=named, more=False, ids=ids).first(size)
