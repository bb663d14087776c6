"""Stock that was held for a step which then failed: given back at once where the step is known not to have happened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from chassis.errors import AppError, DeadlineExceeded, Unavailable
from order_svc.domain.inventory import Inventory

log = structlog.get_logger(__name__)


@asynccontextmanager
async def release_on_failure(inventory: Inventory, order_id: int | None) -> AsyncIterator[None]:
    """Gives back what is held as `order_id` when the block fails; None: nothing is, or it is not ours to give back.

    Not when the outcome is unknown: then the hold is used, or ends by itself.
    """
    try:
        yield
    except (Unavailable, DeadlineExceeded):
        raise
    except Exception:
        # Whatever it was, a defect included: the transaction was rolled back, and held stock is missed by others.
        if order_id is not None:
            await release(inventory, order_id)
        raise


async def release(inventory: Inventory, order_id: int) -> None:
    """Releases a hold; where that fails, it ends by itself."""
    try:
        await inventory.release(order_id)
    except AppError as error:
        log.warning("a hold could not be given back; it will expire", order_id=order_id, error=error.message)
