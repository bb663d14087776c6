"""Settings of order_svc, including those for its calls of the payment process, from the environment."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from broker.settings import BrokerSettings
from chassis.settings import DAYS_OF_A_CENTURY, Networks
from foundation.time_zones import time_zone
from read_replica.settings import ReadReplicaSettings


def _time_zone(value: str) -> str:
    return time_zone(value).key


class OrderSettings(BrokerSettings, ReadReplicaSettings):
    """EASYORDER_… variables that order_svc reads besides the mesh's, the broker's and the replica's."""

    payment_max_attempts: int = Field(default=5, ge=1, le=1000)
    """Attempts to charge without an answer of the provider before the order is FAILED"""
    payment_backoff_initial_s: float = Field(default=2, gt=0, le=3600)
    """The wait after the first failed attempt; it doubles after each further one"""
    payment_backoff_max_s: float = Field(default=300, gt=0, le=86_400)
    """The longest wait between two attempts"""
    payment_timeout_s: float = Field(default=10, gt=0, le=3600)
    """How long one attempt to charge, or to refund, may take"""
    payment_action_minutes: float = Field(default=30, gt=0, le=1440)
    """How long a shopper may take to confirm a payment on a page of the provider before the order is FAILED; at most a
    quarter of JOB_RETRY_HOURS"""
    payment_comparison_hour: int = Field(default=2, ge=0, le=23)
    """The hour, in UTC, from which the payments of the day before are compared with the provider's own books"""
    inventory_timeout_s: float = Field(default=5, gt=0, le=3600)
    """How long one call of inventory_svc may take"""
    job_lease_s: float = Field(default=20, gt=0, le=3600)
    """When a job whose worker died is taken over; longer than PAYMENT_TIMEOUT_S"""
    events_kept_days: float = Field(default=30, gt=0, le=DAYS_OF_A_CENTURY)
    """How long streams can resume; events that a consumer has not read yet are kept longer. At least
    WEBHOOK_RETRY_HOURS"""
    watch_heartbeat_s: float = Field(default=15, gt=0, le=3600)
    """The longest silence of a stream of orders; then it sends a heartbeat"""

    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    """The shop's time zone, such as Europe/Berlin: its days are those of reports, exports and filters"""
    webhook_networks: Networks = ""
    """Networks besides the internet to whose hosts webhooks may be sent, on any port and also without TLS, such as
    10.1.2.0/24; several with commas between them"""
    webhook_timeout_s: float = Field(default=10, gt=0, le=60)
    """How long one attempt to send an event to a webhook may take; at most half of JOB_LEASE_S"""
    webhook_retry_hours: float = Field(default=72, gt=0, le=720)
    """How long an event is tried again; a webhook that has taken none for as long is disabled"""
    webhook_deliveries_kept_days: float = Field(default=14, gt=0, le=DAYS_OF_A_CENTURY)
    """How long the log of webhooks shows an event that was delivered or given up"""

    order_numbers: bool = False
    """Whether shoppers also see the numbers of their orders, which are short, and tell how many orders there are"""

    @property
    def webhook_attempt_s(self) -> float:
        return min(self.webhook_timeout_s, self.job_lease_s / 2)

    @model_validator(mode="after")
    def _leases_outlive_attempts(self) -> Self:
        if self.job_lease_s <= self.payment_timeout_s:
            raise ValueError("EASYORDER_JOB_LEASE_S must be longer than EASYORDER_PAYMENT_TIMEOUT_S")
        return self

    @model_validator(mode="after")
    def _retries_outlive_looking(self) -> Self:
        # The job that charges looks twice a minute what the shopper does, and each look is an attempt.
        if self.payment_action_minutes * 4 > self.job_retry_hours * 60:
            raise ValueError(
                "EASYORDER_PAYMENT_ACTION_MINUTES must be at most a quarter of EASYORDER_JOB_RETRY_HOURS: looking what "
                "shoppers do uses up the attempts"
            )
        return self

    @model_validator(mode="after")
    def _events_outlive_their_delivery(self) -> Self:
        if self.events_kept_days * 24 < self.webhook_retry_hours:
            raise ValueError(
                "EASYORDER_EVENTS_KEPT_DAYS must be at least as long as EASYORDER_WEBHOOK_RETRY_HOURS: an event that "
                "is deleted can be sent to no webhook"
            )
        return self
