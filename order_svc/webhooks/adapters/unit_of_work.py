"""The SQL unit of work of webhooks, on the write database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.db.types import UtcDateTime
from chassis.db.unit_of_work import SqlUnitOfWork
from order_svc.domain.feed import EventsPurged
from order_svc.webhooks.commands.jobs import partition_key
from order_svc.webhooks.domain.delivery import Delivery
from order_svc.webhooks.domain.errors import WebhookDeliveryNotFound, WebhookNotFound
from order_svc.webhooks.domain.webhook import Webhook
from order_svc.webhooks.tables import DELIVERY, OF_WEBHOOK, WEBHOOK, delivery_of, webhook_of

# Any constant: only one transaction at a time adds webhooks.
_ADDING = text("SELECT pg_advisory_xact_lock(5082106)")
_FOLLOW = text(
    "INSERT INTO feed_consumer (name, position) SELECT CAST(:name AS text), decided FROM outbox_end() "
    "ON CONFLICT (name) DO NOTHING"
)
_UNFOLLOW = text("DELETE FROM feed_consumer WHERE name = CAST(:name AS text)")
# Looks from the end, because what is replayed is mostly recent.
_REWIND = text(
    "UPDATE feed_consumer SET position = least(position, coalesce("
    "(SELECT o.position FROM outbox AS o WHERE o.occurred_on < :start ORDER BY o.position DESC LIMIT 1), 0)) "
    "WHERE name = CAST(:name AS text)"
).bindparams(bindparam("start", type_=UtcDateTime))
# The job of a webhook that fails may be paused for minutes.
_WAKE = text(
    "UPDATE job SET due_at = least(due_at, now()), set_at = now() WHERE lane = CAST(:lane AS text) AND state = 'READY'"
)
_IS_KEPT = text("SELECT count(*) FROM outbox WHERE position = CAST(:position AS bigint)")
_AGAIN = text(
    "UPDATE webhook_delivery SET due_at = now(), attempts = CASE state WHEN 'READY' THEN attempts ELSE 0 END, "
    "first_attempt_at = CASE state WHEN 'READY' THEN first_attempt_at END, "
    "state = CASE state WHEN 'READY' THEN state ELSE 'WAITING' END WHERE id = CAST(:id AS bigint)"
)
_NEXT = text("SELECT next_webhook_deliveries(CAST(:webhook_id AS bigint), ARRAY[CAST(:order_id AS bigint)])")


class SqlWebhooks:
    """The webhooks of a session."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self) -> int:
        await self._session.execute(_ADDING)
        query = select(func.count()).select_from(WEBHOOK).where(~WEBHOOK.c.is_deleted)
        return int((await self._session.execute(query)).scalar_one())

    async def add(self, webhook: Webhook) -> Webhook:
        values = {name: getattr(webhook, name) for name in OF_WEBHOOK} | {"kinds": list(webhook.kinds)}
        added = await self._session.execute(insert(WEBHOOK).values(values).returning(WEBHOOK.c.id))
        return await self.get(added.scalar_one())

    async def get(self, webhook_id: int) -> Webhook:
        query = select(WEBHOOK).where(WEBHOOK.c.id == webhook_id, ~WEBHOOK.c.is_deleted).with_for_update()
        row = (await self._session.execute(query)).first()
        if row is None:
            raise WebhookNotFound.of(webhook_id)
        return webhook_of(row)

    async def replace(self, webhook: Webhook) -> Webhook:
        values = {name: getattr(webhook, name) for name in OF_WEBHOOK} | {"kinds": list(webhook.kinds)}
        if webhook.failing_since is None:
            values["failures"] = 0
        await self._update(webhook.id, values)
        return await self.get(webhook.id)

    async def delete(self, webhook_id: int) -> None:
        await self._update(webhook_id, {"is_deleted": True})

    async def follow(self, webhook_id: int) -> None:
        await self._session.execute(_FOLLOW, _consumer(webhook_id))

    async def unfollow(self, webhook_id: int) -> None:
        await self._session.execute(_UNFOLLOW, _consumer(webhook_id))

    async def rewind(self, webhook_id: int, start: datetime) -> None:
        await self._session.execute(_REWIND, _consumer(webhook_id) | {"start": start})
        await self._wake(webhook_id)

    async def redeliver(self, webhook_id: int, delivery_id: int) -> Delivery:
        query = select(DELIVERY).where(DELIVERY.c.id == delivery_id, DELIVERY.c.webhook_id == webhook_id)
        row = (await self._session.execute(query)).first()
        if row is None:
            raise WebhookDeliveryNotFound(f"webhook {webhook_id} has no delivery {delivery_id}")
        if not (await self._session.execute(_IS_KEPT, {"position": row.position})).scalar_one():
            raise EventsPurged("this event is no longer kept")
        await self._session.execute(_AGAIN, {"id": delivery_id})
        await self._session.execute(_NEXT, {"webhook_id": webhook_id, "order_id": row.order_id})
        await self._wake(webhook_id)
        return delivery_of((await self._session.execute(query)).one())

    async def _update(self, webhook_id: int, values: dict[str, Any]) -> None:
        changed = update(WEBHOOK).where(WEBHOOK.c.id == webhook_id).values(values | {"modified_on": func.now()})
        await self._session.execute(changed)
        await self._wake(webhook_id)

    async def _wake(self, webhook_id: int) -> None:
        await self._session.execute(_WAKE, {"lane": partition_key(webhook_id)})


def _consumer(webhook_id: int) -> dict[str, Any]:
    return {"name": f"webhook/{webhook_id}"}


class SqlWebhookUow(SqlUnitOfWork):
    """One transaction."""

    def __init__(self, session: AsyncSession, **chassis: Any) -> None:
        super().__init__(session, **chassis)
        self.webhooks = SqlWebhooks(session)
