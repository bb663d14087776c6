"""What use cases share that prepare a change with inventory_svc, then decide on it in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import structlog
import tenacity

from chassis.errors import AppError, DeadlineExceeded, Unavailable
from order_svc.domain.errors import OrderChanged
from order_svc.domain.inventory import Inventory, OrderIdTaken
from order_svc.domain.ports import OrderNumbers

log = structlog.get_logger(__name__)

# Attempts to change an order that others keep changing.
_ATTEMPTS = 4
# Of ids that were used before a restore; a block has a thousand.
_MOST_BLOCKS = 10_000

T = TypeVar("T")


def _too_often(last: tenacity.RetryCallState) -> None:
    assert last.outcome is not None
    raise Unavailable(str(last.outcome.exception()))


# Reads, prepares and decides once more if the order was changed between reading and deciding.
again_if_changed = tenacity.retry(
    retry=tenacity.retry_if_exception_type(OrderChanged),
    stop=tenacity.stop_after_attempt(_ATTEMPTS),
    retry_error_callback=_too_often,
)


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


async def with_new_id(ids: OrderNumbers, hold: Callable[[int], Awaitable[T]]) -> T:
    """What `hold` returns for the first id under which inventory_svc knows no reservation."""
    for _ in range(_MOST_BLOCKS):
        order_id = await ids.next()
        try:
            return await hold(order_id)
        except OrderIdTaken as error:
            # The database was restored to a moment before the orders that have these ids.
            log.warning("a block of order ids was used before", order_id=order_id, error=error.message)
            ids.skip(order_id)
    raise Unavailable("the ids of new orders were all used before; try again")


async def release(inventory: Inventory, order_id: int) -> None:
    """Releases a hold that no order got. If that fails, or another request shares the hold, it expires."""
    try:
        await inventory.release_unplaced(order_id)
    except AppError as error:
        log.warning("a hold could not be given back; it will expire", order_id=order_id, error=error.message)
