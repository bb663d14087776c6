"""What the commands of webhooks need of a transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from chassis.unit_of_work import UnitOfWork
from order_svc.webhooks.domain.delivery import Delivery
from order_svc.webhooks.domain.webhook import Webhook


class Webhooks(Protocol):
    """The webhooks of the shop. One that was read is locked until the transaction ends."""

    async def count(self) -> int:
        """How many there are. Until the transaction ends, nobody else adds one."""

    async def add(self, webhook: Webhook) -> Webhook:
        """Answers it with its id."""

    async def get(self, webhook_id: int) -> Webhook:
        """Raises WebhookNotFound."""

    async def replace(self, webhook: Webhook) -> Webhook: ...

    async def delete(self, webhook_id: int) -> None: ...

    async def follow(self, webhook_id: int) -> None:
        """From now on it gets what happens."""

    async def unfollow(self, webhook_id: int) -> None:
        """It gets nothing that happens from now on."""

    async def rewind(self, webhook_id: int, start: datetime) -> None:
        """It gets once more what happened from `start` on."""

    async def redeliver(self, webhook_id: int, delivery_id: int) -> Delivery:
        """Raises WebhookDeliveryNotFound and EventsPurged."""


class WebhookUow(UnitOfWork, Protocol):
    @property
    def webhooks(self) -> Webhooks: ...
