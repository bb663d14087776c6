"""The ports of webhooks in memory. Of what is sent, and of its log, only the calls for it are kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from order_svc.webhooks.domain.delivery import Delivery
from order_svc.webhooks.domain.errors import WebhookDeliveryNotFound, WebhookNotFound
from order_svc.webhooks.domain.webhook import Webhook
from tests.fakes.chassis import ChassisState, FakeClock, InMemoryUnitOfWork


@dataclass
class WebhookState(ChassisState):
    """What is durable. `followed` has the webhooks that get what happens."""

    webhooks: dict[int, Webhook] = field(default_factory=dict)
    followed: set[int] = field(default_factory=set)
    rewound: dict[int, datetime] = field(default_factory=dict)
    deleted: int = 0


class InMemoryWebhooks:
    def __init__(self, state: WebhookState, clock: FakeClock) -> None:
        self._state, self._clock = state, clock

    async def count(self) -> int:
        return len(self._state.webhooks)

    async def add(self, webhook: Webhook) -> Webhook:
        id, now = len(self._state.webhooks) + self._state.deleted + 1, self._clock.now()
        self._state.webhooks[id] = replace(webhook, id=id, created_on=now, modified_on=now)
        return self._state.webhooks[id]

    async def get(self, webhook_id: int) -> Webhook:
        if webhook_id not in self._state.webhooks:
            raise WebhookNotFound.of(webhook_id)
        return self._state.webhooks[webhook_id]

    async def replace(self, webhook: Webhook) -> Webhook:
        self._state.webhooks[webhook.id] = replace(webhook, modified_on=self._clock.now())
        return self._state.webhooks[webhook.id]

    async def delete(self, webhook_id: int) -> None:
        del self._state.webhooks[webhook_id]
        self._state.deleted += 1

    async def follow(self, webhook_id: int) -> None:
        self._state.followed.add(webhook_id)

    async def unfollow(self, webhook_id: int) -> None:
        self._state.followed.discard(webhook_id)

    async def rewind(self, webhook_id: int, start: datetime) -> None:
        self._state.rewound[webhook_id] = start

    async def redeliver(self, webhook_id: int, delivery_id: int) -> Delivery:
        raise WebhookDeliveryNotFound(f"webhook {webhook_id} has no delivery {delivery_id}")


class InMemoryWebhookUow(InMemoryUnitOfWork):
    def __init__(self, state: WebhookState, clock: FakeClock) -> None:
        super().__init__(state, clock)
        self.webhooks = InMemoryWebhooks(state, clock)
