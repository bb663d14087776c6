"""Incentives as messages of the contract, and back."""

from __future__ import annotations

from decimal import Decimal

from easyorder.common.v1 import Discount as DiscountMessage
from easyorder.incentive.v1 import Incentive as IncentiveMessage
from easyorder.incentive.v1 import IncentiveKind as IncentiveKindMessage
from easyorder.incentive.v1 import UpdateIncentiveRequest

from chassis.google_types import money_message, money_of
from chassis.idempotency import RequestKey
from chassis.update_mask import updated_fields
from inventory_svc.commands.update_incentive import UpdateIncentive
from inventory_svc.domain.incentive import Incentive, IncentiveKind
from inventory_svc.domain.keys import composed
from inventory_svc.domain.pricing import Quote

# The fields of an Incentive that an update can change, and the attributes that hold them.
CHANGEABLE = {
    "code": "code",
    "kind": "kind",
    "value": "value",
    "currency_code": "currency",
    "start_time": "starts",
    "end_time": "ends",
    "min_total": "min_total",
    "product_item_ids": "product_item_ids",
    "max_uses": "max_uses",
    "max_uses_per_user": "max_uses_per_user",
    "stackable": "stackable",
    "buy_quantity": "buy_quantity",
    "get_quantity": "get_quantity",
}


def update_incentive_command(request: UpdateIncentiveRequest, key: RequestKey | None) -> UpdateIncentive:
    """Raises InvalidArgument for a field that cannot be changed."""
    wanted = request.incentive
    assert wanted is not None  # the contract requires its id
    fields = updated_fields(wanted, request.update_mask, list(CHANGEABLE))
    return UpdateIncentive(
        request=key,
        incentive_id=int(wanted.id),
        incentive=incentive_of_message(wanted),
        fields=frozenset(CHANGEABLE[name] for name in fields),
        etag=wanted.etag,
    )


def incentive_of_message(message: IncentiveMessage) -> Incentive:
    """The requested incentive. Output-only fields are ignored."""
    return Incentive(
        code=composed(message.code.strip()),
        # Without a kind: an update that leaves it as it is.
        kind=IncentiveKind[message.kind.name] if message.kind else IncentiveKind.PERCENT,
        value=Decimal(message.value or 0),
        currency=message.currency_code,
        starts=message.start_time,
        ends=message.end_time,
        min_total=None if message.min_total is None else money_of(message.min_total),
        product_item_ids=tuple(map(int, message.product_item_ids)),
        max_uses=message.max_uses,
        max_uses_per_user=message.max_uses_per_user,
        stackable=message.stackable,
        buy_quantity=message.buy_quantity,
        get_quantity=message.get_quantity,
    )


def incentive_message(incentive: Incentive) -> IncentiveMessage:
    """The whole incentive with its uses."""
    return IncentiveMessage(
        id=str(incentive.id),
        code=incentive.code,
        kind=IncentiveKindMessage[incentive.kind.name],
        value=f"{incentive.value:f}",
        currency_code=incentive.currency,
        start_time=incentive.starts,
        end_time=incentive.ends,
        min_total=None if incentive.min_total is None else money_message(incentive.min_total),
        product_item_ids=list(map(str, incentive.product_item_ids)),
        max_uses=incentive.max_uses,
        max_uses_per_user=incentive.max_uses_per_user,
        stackable=incentive.stackable,
        buy_quantity=incentive.buy_quantity,
        get_quantity=incentive.get_quantity,
        uses=incentive.uses,
        active=incentive.active,
        etag=str(incentive.revision),
        update_time=incentive.modified_on,
    )


def discount_messages(quote: Quote, currency: str) -> list[DiscountMessage]:
    """The discounts of each code and of the points."""
    return [
        DiscountMessage(
            code=discount.code,
            description=discount.description,
            amount=money_message(discount.amount(currency)),
        )
        for discount in quote.discounts
    ]
