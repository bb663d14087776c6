"""Why a call about webhooks is refused."""

from __future__ import annotations

from typing import Self

from chassis.errors import AppError, Kind


class WebhookNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "WEBHOOK_NOT_FOUND"

    @classmethod
    def of(cls, webhook_id: int) -> Self:
        return cls(f"there is no webhook {webhook_id}")


class TooManyWebhooks(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "TOO_MANY_WEBHOOKS"


class WebhookDisabled(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "WEBHOOK_DISABLED"


class WebhookDeliveryNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "WEBHOOK_DELIVERY_NOT_FOUND"
