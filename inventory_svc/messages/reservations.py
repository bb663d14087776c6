"""Reservations as messages of the contract, and the commands that change them; no other module knows both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from easyorder.common.v1 import ItemOption, RefusedCode
from easyorder.internal.inventory.v1 import Amendment as AmendmentMessage
from easyorder.internal.inventory.v1 import (
    PreviewReservationRequest,
    PreviewReservationResponse,
    ReleaseRequest,
    ReservationLine,
    ReservationRequest,
    ReservedLine,
    ReturnedGoods,
    StoredLine,
)
from easyorder.internal.inventory.v1 import Reservation as ReservationMessage
from easyorder.internal.inventory.v1 import ReservationState as ReservationStateMessage
from easyorder.internal.inventory.v1 import StoredReservation as StoredReservationMessage

from chassis.google_types import money_message, money_of
from inventory_svc.commands.amend import Amend
from inventory_svc.commands.preview_amendment import PreviewAmendment
from inventory_svc.commands.preview_reservation import PreviewReservation, ReservationPreview
from inventory_svc.commands.release import Release
from inventory_svc.commands.reserve import Reserve
from inventory_svc.commands.restock import Restock
from inventory_svc.domain.incentive_set import IncentiveRequest
from inventory_svc.domain.lines import HeldLine, Line
from inventory_svc.domain.reservation import Reservation
from inventory_svc.domain.returns import Returned
from inventory_svc.domain.stock import ItemAvailability
from inventory_svc.messages.incentives import discount_messages
from inventory_svc.messages.inventory import availability_message
from inventory_svc.queries.reservations import StoredReservation


def reserve_command(request: ReservationRequest) -> Reserve:
    return Reserve(
        order_id=request.order_id,
        request_key=request.request_key,
        user_id=request.user_id,
        currency=request.currency,
        lines=_order_lines(request.lines),
        incentive_codes=tuple(request.incentive_codes),
        loyalty_points=request.loyalty_points,
        re_reserve=request.re_reserve,
        keep_prices=request.keep_prices,
        no_backorder=request.no_backorder,
    )


def preview_command(request: PreviewReservationRequest) -> PreviewReservation:
    return PreviewReservation(
        incentive_request=IncentiveRequest(
            user_id=request.user_id,
            currency=request.currency,
            codes=tuple(request.incentive_codes),
            points=request.loyalty_points,
        ),
        lines=_order_lines(request.lines),
    )


def preview_message(preview: ReservationPreview) -> PreviewReservationResponse:
    return PreviewReservationResponse(
        reservation=reservation_message(preview.reservation),
        refused_codes=[RefusedCode(code=refused.code, reason=refused.why) for refused in preview.refused_codes],
    )


def amend_command(request: AmendmentMessage) -> Amend | PreviewAmendment:
    if request.validate_only:
        return PreviewAmendment(
            order_id=request.order_id,
            revision=request.revision,
            supplementary_hold_id=request.supplementary_hold_id,
            lines=_order_lines(request.lines),
        )
    return Amend(
        order_id=request.order_id,
        revision=request.revision,
        supplementary_hold_id=request.supplementary_hold_id,
        lines=_order_lines(request.lines),
        re_reserve=request.re_reserve,
        reopen=request.reopen,
    )


def restock_command(request: ReturnedGoods) -> Restock:
    refunded = None if request.refunded is None else money_of(request.refunded)
    returned = Returned(
        lines=_order_lines(request.lines),
        money=refunded.amount if refunded else Decimal(0),
        written_off=_order_lines(request.written_off),
    )
    return Restock(order_id=request.order_id, returned=returned)


def release_commands(request: ReleaseRequest) -> Iterator[Release]:
    unplaced = set(request.unplaced_order_ids)
    written_off = {of_one.order_id: _order_lines(of_one.lines) for of_one in request.write_offs}
    for id, revision in zip(request.order_ids, request.revisions, strict=True):
        yield Release(order_id=id, revision=revision, unplaced=id in unplaced, written_off=written_off.get(id, ()))


def reservation_message(reservation: Reservation) -> ReservationMessage:
    quote = reservation.quote
    stands = {stock.product_item_id: stock for stock in reservation.stands}
    return ReservationMessage(
        order_id=reservation.order_id,
        state=ReservationStateMessage[reservation.state.name],
        lines=[
            _line_message(line, number, reservation, stands.get(line.product_item_id))
            for number, line in enumerate(reservation.lines)
        ],
        expire_time=reservation.expire_at,
        discounts=discount_messages(quote, reservation.currency),
        loyalty_points_spent=quote.points_spent,
        loyalty_points_earned=quote.points_earned,
    )


def stored_message(stored: StoredReservation) -> StoredReservationMessage:
    return StoredReservationMessage(
        order_id=stored.order_id,
        state=ReservationStateMessage[stored.state.name],
        revision=stored.revision,
        request_key=stored.request_key,
        lines=[
            StoredLine(product_item_id=item, quantity=quantity, returned=returned)
            for item, quantity, returned in stored.lines
        ],
    )


def _line_message(
    line: HeldLine, number: int, reservation: Reservation, stock: ItemAvailability | None
) -> ReservedLine:
    quote = reservation.quote
    message = ReservedLine(
        product_item_id=line.product_item_id,
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=money_message(line.unit_price),
        backordered=line.backordered,
        discount=money_message(quote.line_discount(number, reservation.currency)) if quote.discounts else None,
    )
    if stock is not None:
        message.stock = availability_message(stock)
        message.product_id = stock.product_id
        message.options = [ItemOption(variation=variation, value=value) for variation, value in stock.options]
    return message


def _order_lines(lines: Iterable[ReservationLine]) -> tuple[Line, ...]:
    return tuple(Line(line.product_item_id, line.quantity) for line in lines)
