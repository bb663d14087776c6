"""Settings of inventory_svc, from the environment."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from broker.settings import BrokerSettings
from read_replica.settings import ReadReplicaSettings


class InventorySettings(BrokerSettings, ReadReplicaSettings):
    """BrokerSettings, the replica's, and inventory_svc's own settings."""

    unplaced_hold_s: float = Field(default=50, gt=0, le=31_536_000)
    """How long stock is held before order_svc is asked whether the order exists"""
    reservation_ttl_s: float = Field(default=900, gt=0, le=31_536_000)
    """How long stock is held for an order that is neither paid nor cancelled"""
    reservation_reap_s: float = Field(default=5, gt=0, le=3600)
    """How often expired holds are released"""
    loyalty_points_per_unit: Decimal = Field(default=Decimal(1), ge=0, le=1_000_000)
    """Points that a whole unit of money earns once it is paid, whatever the currency"""
    loyalty_points_worth_unit: int = Field(default=100, ge=1, le=1_000_000)
    """How many points give a discount of one unit of money"""
    product_cache_ttl_s: float = Field(default=600, ge=0, le=86_400)
    """How long a page of products is cached at most; 0 for no cache"""
    low_stock_threshold: int = Field(default=10, ge=0, le=1_000_000_000)
    """An item with this many pieces or fewer is LOW"""
    job_lease_s: float = Field(default=20, gt=0, le=3600)
    """When a job whose worker died is taken over; longer than PAYMENT_TIMEOUT_S"""
    order_timeout_s: float = Field(default=5, gt=0, le=3600)
    """How long one call of order_svc may take"""
    order_events: Literal["feed", "broker"] = "feed"
    """How events of orders come to inventory_svc: from order_svc, or from the broker at BROKER_URL"""

    @model_validator(mode="after")
    def _events_can_come(self) -> Self:
        if self.order_events == "broker" and not self.broker_url.get_secret_value():
            raise ValueError("EASYORDER_ORDER_EVENTS=broker needs EASYORDER_BROKER_URL")
        return self
