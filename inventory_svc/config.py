"""Settings of inventory_svc, from the environment."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from chassis.settings import MeshSettings


class InventorySettings(MeshSettings):
    """EASYORDER_… variables that inventory_svc reads besides the mesh's."""

    # How long stock is held for an order that may never come: so that it is back a minute after its shopper has gone.
    unplaced_hold_s: float = Field(default=50, gt=0)
    # How long stock is held for an order that is neither paid nor given up.
    reservation_ttl_s: float = Field(default=900, gt=0)
    # How often holds whose time is up are looked for.
    reservation_reap_s: float = Field(default=1, gt=0)
    # Loyalty points that a whole unit of money earns once it is paid, and how many of them are worth one.
    loyalty_points_per_unit: Decimal = Field(default=Decimal(1), ge=0)
    loyalty_points_worth_unit: int = Field(default=100, ge=1)
    # How long a page of products is answered from memory; every change that touches it ends it before. 0 for never.
    product_cache_ttl_s: float = Field(default=600, ge=0)
    # So many pieces of an item, or fewer, are few.
    low_stock_threshold: int = Field(default=10, ge=0)
    # A job whose worker died is taken over after that.
    job_lease_s: float = Field(default=20, gt=0)
    order_timeout_s: float = Field(default=5, gt=0)
    database_pool_size: int = Field(default=10, ge=2)
    idempotency_keys_days: float = Field(default=7, gt=0)
