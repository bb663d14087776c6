"""Releases stock that was held for a failed step, if the step is known not to have taken effect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from chassis.errors import AppError, DeadlineExceeded, Unavailable
from order_svc.domain.inventory import Inventory

log = structlog.get_logger(__name__)


@asynccontextmanager
async def release_on_failure(inventory: Inventory, order_id: int | None) -> AsyncIterator[None]:
    """Releases the hold of `order_id` when the block is refused; None: there is none, or another attempt made it.

    The hold is not released if the outcome is unknown, as after an unexpected error, which may follow the commit: then
    it is used, or expires. inventory_svc decides whether it is this attempt's alone.
    """
    try:
        yield
    except (Unavailable, DeadlineExceeded):
        raise
    except AppError:
        if order_id is not None:
            await release(inventory, order_id)
        raise


async def release(inventory: Inventory, order_id: int) -> None:
    """Releases a hold that no order got. If that fails, or another request shares the hold, it expires."""
    try:
        await inventory.release_unplaced(order_id)
    except AppError as error:
        log.warning("a hold could not be given back; it will expire", order_id=order_id, error=error.message)
