"""Changes to the reservation of an order that was changed or reserved again; steps can be repeated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.errors import InvalidArgument
from inventory_svc.domain.errors import AmendmentTooEarly, AwaitingStock, ReservationReleased
from inventory_svc.domain.incentive_set import IncentiveSet
from inventory_svc.domain.lines import HeldLine, Line, together
from inventory_svc.domain.pricing import LoyaltyRates, Quote, price
from inventory_svc.domain.reservation import HoldTimes, Reservation, ReservationState, state_of
from inventory_svc.domain.stock import StockBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """The lines of an order after its change number `revision`."""

    revision: int
    lines: tuple[Line, ...]


def amend(
    held: Reservation,
    extra: Reservation | None,
    change: Amendment,
    stock_batch: StockBatch,
    incentive_set: IncentiveSet,
    rates: LoyaltyRates,
) -> bool:
    """Adapts `held` to the order's new lines, with its own pieces and those of `extra`; False if that was done before.

    Its discounts are computed as in `preview`, even if the codes have changed since: the order was confirmed.

    A released or expired reservation still holds nothing afterwards. A sold reservation stays sold: added pieces are
    sold, removed pieces are restocked. A backordered reservation keeps its place for the pieces that it still wants;
    backordered pieces are removed before held ones.

    Raises AmendmentTooEarly; AwaitingStock when `extra` waits for stock; OutOfStock when `extra` has ended and its
    pieces are gone; InvalidArgument when there are fewer pieces than lines. After an error nothing has changed.
    """
    if held.revision >= change.revision:
        return False
    if held.revision != change.revision - 1:
        raise AmendmentTooEarly.of(held.order_id, present=held.revision, wanted=change.revision)
    if extra is not None and extra.state is ReservationState.BACKORDERED:
        raise AwaitingStock.of(extra.order_id)
    if extra is None and held.is_for(held.user_id, held.currency, change.lines):
        # The same order is being paid again: its prices and discounts stand.
        held.revision = change.revision
        return True
    lines, surplus = _divided(held, extra, change.lines)
    quote = _requoted(held, lines, rates, is_confirmed=True)
    if held.is_released:
        if extra is not None:
            extra.release(stock_batch, incentive_set)
    else:
        _move(held, extra, surplus, stock_batch)
    if held.state is ReservationState.BACKORDERED:
        held.state = state_of(lines)
    held.lines, held.quote, held.revision = lines, quote, change.revision
    return True


def preview(
    held: Reservation,
    extra: Reservation | None,
    change: Amendment,
    incentive_set: IncentiveSet,
    now: datetime,
    rates: LoyaltyRates,
) -> Reservation:
    """The result of `amend`, without changing `held`; `held` itself if that was done before.

    Raises AmendmentTooEarly and InvalidArgument like `amend`; IncentiveInvalid for a code that is no longer valid, or
    has no effect on these lines.
    """
    if held.revision >= change.revision:
        return held
    if held.revision != change.revision - 1:
        raise AmendmentTooEarly.of(held.order_id, present=held.revision, wanted=change.revision)
    lines, _ = _divided(held, extra, change.lines)
    incentive_set.require_given(held.quote.terms, held.currency, lines, now)
    return replace(held, lines=lines, quote=_requoted(held, lines, rates), revision=change.revision)


def re_reserve_as_it_was(
    held: Reservation, stock_batch: StockBatch, incentive_set: IncentiveSet, times: HoldTimes
) -> bool:
    """Holds the same lines at the same prices for another hold time; False if they are sold or still backordered.

    Raises the errors of `hold_again`, and ReservationReleased for a released reservation.
    """
    if held.state is ReservationState.RELEASED:
        raise ReservationReleased.of(held.order_id)
    if held.is_released:
        held.hold_again(stock_batch, incentive_set)
    elif held.state is not ReservationState.HELD:
        return False
    held.hold_on(stock_batch.now, times, is_placed=True)
    return True


def _requoted(
    held: Reservation, lines: tuple[HeldLine, ...], rates: LoyaltyRates, *, is_confirmed: bool = False
) -> Quote:
    """The discounts of the order for new lines, on the terms on which it redeemed its codes.

    The order has redeemed these codes and spends no more points than before, so no limit needs to be checked.
    """
    terms, points = held.quote.terms, held.quote.points_spent
    return price(lines, terms, points, held.currency, rates, is_confirmed=is_confirmed)


def _divided(
    held: Reservation, extra: Reservation | None, wanted: Iterable[Line]
) -> tuple[tuple[HeldLine, ...], list[HeldLine]]:
    """The new lines of the order, by item, and the remaining pieces of both reservations."""
    had = {line.product_item_id: line for line in held.lines}
    more = {line.product_item_id: line for line in extra.lines} if extra else {}
    remaining = {item: _pieces(had, item) + _pieces(more, item) for item in had | more}
    waited_for = {item: line.backordered for item, line in had.items()}
    lines = []
    # Remaining cents are assigned in line order, so this order must be the same for every caller.
    for line in sorted(together(wanted), key=lambda line: line.product_item_id):
        item = line.product_item_id
        remaining[item] = remaining.get(item, 0) - line.quantity
        if remaining[item] < 0:
            raise InvalidArgument.of(
                "lines", f"must not have more pieces than are reserved: {-remaining[item]} of item {item} are not"
            )
        like = had[item] if _pieces(had, item) >= line.quantity else more[item]
        waits = max(0, waited_for.get(item, 0) - remaining[item])
        place = had[item].place if waits else 0
        lines.append(replace(like, quantity=line.quantity, backordered=waits, place=place))
    surplus = [
        replace((more | had)[item], quantity=count, backordered=min(count, waited_for.get(item, 0)))
        for item, count in remaining.items()
        if count
    ]
    return tuple(lines), surplus


def _move(held: Reservation, extra: Reservation | None, surplus: list[HeldLine], stock_batch: StockBatch) -> None:
    sold = held.state is ReservationState.COMMITTED
    if extra is not None:
        if extra.is_released:
            stock_batch.hold_again(extra.lines)
        if sold:
            stock_batch.sell(extra.lines)
        # Its pieces now belong to the order's own reservation.
        extra.state = ReservationState.RELEASED
    if sold:
        stock_batch.restock(surplus)
    else:
        stock_batch.release(surplus)


def _pieces(lines: Mapping[int, HeldLine], item: int) -> int:
    return lines[item].quantity if item in lines else 0
