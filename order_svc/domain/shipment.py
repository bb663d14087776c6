"""Shipment: what a carrier takes to the shopper, as the order shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What a carrier was given; `tracking_uri` is empty if it has no page for it."""

    carrier: str
    tracking_number: str
    tracking_uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment(Parcel):
    """`id` is unique in its order. `delivered_at` is None until it arrives."""

    id: str
    shipped_at: datetime
    delivered_at: datetime | None = None
