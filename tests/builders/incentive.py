"""Incentives for tests: `percent("10", max_uses=1)` states only the relevant values."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from inventory_svc.commands.update_incentive import UpdateIncentive
from inventory_svc.domain.incentive import Incentive, IncentiveKind
from inventory_svc.messages.incentives import CHANGEABLE

_numbers = itertools.count(1)


def percent(value: str = "10", **others: Any) -> Incentive:
    return _incentive(IncentiveKind.PERCENT, value=Decimal(value), **others)


def amount(value: str = "5.00", *, currency: str = "USD", **others: Any) -> Incentive:
    return _incentive(IncentiveKind.AMOUNT, value=Decimal(value), currency=currency, **others)


def buy_get(buy: int, get: int, **others: Any) -> Incentive:
    return _incentive(IncentiveKind.BUY_X_GET_Y, buy_quantity=buy, get_quantity=get, **others)


def multiplier(value: str = "2", **others: Any) -> Incentive:
    return _incentive(IncentiveKind.LOYALTY_MULTIPLIER, value=Decimal(value), **others)


def _incentive(kind: IncentiveKind, **others: Any) -> Incentive:
    fields: dict[str, Any] = {"code": f"CODE-{next(_numbers)}", "kind": kind} | others
    return Incentive(**fields)


def edited(incentive: Incentive, **others: Any) -> UpdateIncentive:
    """The update that sets all fields, as the mask `*` does."""
    fields = frozenset(CHANGEABLE.values())
    return UpdateIncentive(incentive_id=incentive.id, incentive=incentive, fields=fields, **others)
