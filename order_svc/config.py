"""Settings of order_svc and of its payment process's caller, from the environment."""

from __future__ import annotations

from pydantic import Field

from chassis.settings import MeshSettings


class OrderSettings(MeshSettings):
    """EASYORDER_… variables that order_svc reads besides the mesh's."""

    payment_max_attempts: int = Field(default=5, ge=1)
    payment_backoff_initial_s: float = Field(default=2, gt=0)
    payment_backoff_max_s: float = Field(default=300, gt=0)
    # How long one attempt to charge, or to refund, may take; the job's lease must outlive it.
    payment_timeout_s: float = Field(default=10, gt=0)
    inventory_timeout_s: float = Field(default=5, gt=0)
    job_lease_s: float = Field(default=20, gt=0)
    database_pool_size: int = Field(default=10, ge=2)
    hub_heartbeat_s: float = Field(default=15, gt=0)
    idempotency_keys_days: float = Field(default=7, gt=0)
