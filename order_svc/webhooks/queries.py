"""GetWebhook, ListWebhooks and ListWebhookDeliveries, from the write side, which alone has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch
from chassis.page_tokens import PageTokens
from order_svc.webhooks.domain.delivery import Delivery
from order_svc.webhooks.domain.errors import WebhookNotFound
from order_svc.webhooks.domain.webhook import Webhook
from order_svc.webhooks.tables import DELIVERY, WEBHOOK, delivery_of, webhook_of

_DELIVERIES, _WEBHOOKS, _DEFAULT_PAGE = PageTokens(int), PageTokens(int), 20


class WebhookQueries:
    """Reads webhooks and their log."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def webhook(self, webhook_id: int) -> Webhook:
        """Raises WebhookNotFound."""
        rows = await fetch(self._engine, select(WEBHOOK).where(WEBHOOK.c.id == webhook_id, ~WEBHOOK.c.is_deleted))
        if not rows:
            raise WebhookNotFound.of(webhook_id)
        return webhook_of(rows[0])

    async def list_webhooks(self, *, page_size: int, page_token: str) -> tuple[list[Webhook], str]:
        """Raises InvalidArgument for a token that this list never gave."""
        size, after = page_size or _DEFAULT_PAGE, _WEBHOOKS.read(page_token, filter="") if page_token else 0
        query = (
            select(WEBHOOK).where(WEBHOOK.c.id > after, ~WEBHOOK.c.is_deleted).order_by(WEBHOOK.c.id).limit(size + 1)
        )
        rows = await fetch(self._engine, query)
        token = _WEBHOOKS.write(rows[size - 1].id, filter="") if len(rows) > size else ""
        return [webhook_of(row) for row in rows[:size]], token

    async def list_deliveries(
        self, webhook_id: int, *, wanted: Mapping[str, Any], page_size: int, page_token: str
    ) -> tuple[list[Delivery], str]:
        """Those whose columns have the values that are `wanted`, the newest event first. Raises InvalidArgument."""
        size, filter = page_size or _DEFAULT_PAGE, f"{webhook_id} {wanted}"
        query = select(DELIVERY).where(DELIVERY.c.webhook_id == webhook_id)
        query = query.where(*(DELIVERY.c[name] == value for name, value in wanted.items()))
        if page_token:
            query = query.where(DELIVERY.c.position < _DELIVERIES.read(page_token, filter=filter))
        rows = await fetch(self._engine, query.order_by(DELIVERY.c.position.desc()).limit(size + 1))
        token = _DELIVERIES.write(rows[size - 1].position, filter=filter) if len(rows) > size else ""
        return [delivery_of(row) for row in rows[:size]], token
