"""Settings of order_svc, including those for its calls of the payment process, from the environment."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from chassis.settings import DAYS_OF_A_CENTURY, MeshSettings


class OrderSettings(MeshSettings):
    """EASYORDER_… variables that order_svc reads besides the mesh's."""

    payment_max_attempts: int = Field(default=5, ge=1, le=1000)
    """Attempts to charge without an answer of the provider before the order is FAILED"""
    payment_backoff_initial_s: float = Field(default=2, gt=0, le=3600)
    """The wait after the first failed attempt; it doubles after each further one"""
    payment_backoff_max_s: float = Field(default=300, gt=0, le=86_400)
    """The longest wait between two attempts"""
    payment_timeout_s: float = Field(default=10, gt=0, le=3600)
    """How long one attempt to charge, or to refund, may take"""
    inventory_timeout_s: float = Field(default=5, gt=0, le=3600)
    """How long one call of inventory_svc may take"""
    job_lease_s: float = Field(default=20, gt=0, le=3600)
    """When a job whose worker died is taken over; longer than PAYMENT_TIMEOUT_S"""
    events_kept_days: float = Field(default=30, gt=0, le=DAYS_OF_A_CENTURY)
    """How long streams can resume; events that a consumer has not read yet are kept longer"""
    watch_heartbeat_s: float = Field(default=15, gt=0, le=3600)
    """The longest silence of a stream of orders; then it sends a heartbeat"""

    order_numbers: bool = False
    """Whether shoppers also see the numbers of their orders, which are short, and tell how many orders there are"""

    @model_validator(mode="after")
    def _leases_outlive_attempts(self) -> Self:
        if self.job_lease_s <= self.payment_timeout_s:
            raise ValueError("EASYORDER_JOB_LEASE_S must be longer than EASYORDER_PAYMENT_TIMEOUT_S")
        return self
