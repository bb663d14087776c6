"""GetIncentive and ListIncentives: codes with their uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from chassis.context import current
from chassis.db.failures import translated
from chassis.db.read_your_writes import ReadYourWrites
from chassis.money import Money
from chassis.page_tokens import PageTokens
from inventory_svc.domain.errors import IncentiveNotFound
from inventory_svc.domain.incentive import Incentive, IncentiveKind
from inventory_svc.queries.products import CreatorOf
from inventory_svc.queries.read_model import INCENTIVE
from read_replica.reads import Reads, rows_of

DEFAULT_PAGE_SIZE = 10

_TOKENS = PageTokens(int)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncentivePage:
    """`next_page_token` is empty on the last page."""

    incentives: Sequence[Incentive]
    next_page_token: str
    # Changes before this time are in the page; None if that is not known.
    read_time: datetime | None


class IncentiveQueries:
    """Reads the codes; a caller always reads its own writes."""

    def __init__(self, read: Reads, read_your_writes: ReadYourWrites, creator_of: CreatorOf) -> None:
        self._read = read
        self._freshness, self._creator_of = read_your_writes, creator_of

    async def get_incentive(self, incentive_id: int) -> Incentive:
        """Raises IncentiveNotFound, and Unavailable for an incentive that exists but is not projected in time."""
        with translated():
            await self._freshness.wait(current().caller.id, current().position)
            found = await self._freshness.find(lambda: self._one(incentive_id), lambda: self._creator_of(incentive_id))
        if found is None:
            raise IncentiveNotFound.of(incentive_id)
        return found

    async def _one(self, incentive_id: int) -> Incentive | None:
        rows = await rows_of(
            self._read, select(INCENTIVE).where(INCENTIVE.c.id == incentive_id, ~INCENTIVE.c.is_deleted)
        )
        return incentive_of(rows[0]) if rows else None

    async def list_incentives(self, *, page_size: int = 0, page_token: str = "") -> IncentivePage:
        """`page_size` 0 means 10. Raises InvalidArgument for a token that this list never issued."""
        size = page_size or DEFAULT_PAGE_SIZE
        after = _TOKENS.read(page_token, filter="") if page_token else 0
        query = select(INCENTIVE).where(INCENTIVE.c.id > after, ~INCENTIVE.c.is_deleted)
        with translated():
            await self._freshness.wait(current().caller.id, current().position)
            read_time = self._freshness.read_time()
            async with self._read.connect() as connection:
                found = await connection.execute(query.order_by(INCENTIVE.c.id).limit(size + 1))
                incentives = [incentive_of(row) for row in found]
        more = len(incentives) > size
        return IncentivePage(
            incentives=incentives[:size],
            next_page_token=_TOKENS.write(incentives[size - 1].id, filter="") if more else "",
            read_time=read_time,
        )


def incentive_of(row: Any) -> Incentive:
    """An incentive from a row of the read or the write side."""
    return Incentive(
        id=row.id,
        code=row.code,
        kind=IncentiveKind(row.kind),
        value=row.value,
        currency=row.currency,
        starts=row.starts,
        ends=row.ends,
        min_total=None if row.min_total is None else Money(row.min_total, row.min_total_currency),
        product_item_ids=tuple(row.product_item_ids),
        max_uses=row.max_uses,
        max_uses_per_user=row.max_uses_per_user,
        stackable=row.stackable,
        buy_quantity=row.buy_quantity,
        get_quantity=row.get_quantity,
        uses=row.uses,
        active=row.active,
        revision=row.revision,
        modified_on=row.modified_on,
    )
