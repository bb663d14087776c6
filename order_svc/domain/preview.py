"""OrderPreview: the order that a request would make now. Nothing of it is stored."""

from __future__ import annotations

from dataclasses import dataclass

from order_svc.domain.views import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPreview:
    """The order that a request would make, without the codes that cannot be used, and why they cannot."""

    order: OrderView
    refused_codes: tuple[tuple[str, str], ...]
    points_spent: int
    points_earned: int
