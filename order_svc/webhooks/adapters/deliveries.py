"""Deliveries in SQL, for the job that makes them and for the purge. Each call is a single statement."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Float, Integer, Row, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.bulk import as_json, in_order
from chassis.db.engine import fetch
from chassis.events import Event
from order_svc.domain import events
from order_svc.webhooks.domain.delivery import DueDelivery, Failing, Outcome
from order_svc.webhooks.tables import DELIVERY

KINDS = (
    events.ORDER_CREATED,
    events.ORDER_CREATED_WITH_INCENTIVE,
    events.ORDER_STATUS_CHANGED,
    events.INVENTORY_STATUS,
    events.PAYMENT_ATTEMPT,
    events.PAYMENT_REFUND,
    events.ADMIN_ALERT,
)
_KNOWN, _PAGE, _PURGED = as_json(KINDS), 500, 1000
_TAKE = text("SELECT take_webhook_events(CAST(:webhook_id AS bigint), CAST(:known AS jsonb), :page)")
_DUE = text("""
SELECT d.id, d.attempts, CAST(extract(epoch FROM d.due_at - now()) AS float8) AS in_s,
    o.kind, o.aggregate_id, o.sequence, o.owner, o.owner_team, d.event_time, o.payload
FROM webhook_delivery AS d LEFT JOIN outbox AS o ON o.position = d.position
WHERE d.webhook_id = CAST(:webhook_id AS bigint) AND d.state = 'READY'
    AND d.id NOT IN (SELECT CAST(jsonb_array_elements_text(CAST(:running AS jsonb)) AS bigint))
ORDER BY d.due_at, d.id LIMIT CAST(:limit AS integer)
""").columns(
    *in_order(
        "id attempts in_s kind aggregate_id sequence owner owner_team event_time payload",
        id=BigInteger(),
        event_time=DELIVERY.c.event_time.type,
    )
)
_SETTLE = text(
    "SELECT failures, for_s FROM settle_webhook_deliveries("
    "CAST(:webhook_id AS bigint), CAST(:outcomes AS jsonb), CAST(:retried_s AS float8))"
).columns(*in_order("failures for_s", failures=Integer(), for_s=Float()))
_PURGE_DELIVERIES = text("""
WITH purged AS (
    DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(
        SELECT id FROM webhook_delivery WHERE state IN ('DELIVERED', 'FAILED')
            AND last_attempt_at < now() - make_interval(secs => CAST(:age_s AS float8))
        ORDER BY last_attempt_at LIMIT :batch FOR UPDATE SKIP LOCKED
    )) RETURNING id
)
SELECT count(*) FROM purged
""")
_PURGE_DELETED = text("""
WITH purged AS (
    DELETE FROM webhook_delivery WHERE id = ANY(ARRAY(
        SELECT d.id FROM webhook AS w JOIN webhook_delivery AS d ON d.webhook_id = w.id WHERE w.is_deleted
        LIMIT :batch FOR UPDATE OF d SKIP LOCKED
    )) RETURNING id
), ended AS (
    DELETE FROM webhook WHERE is_deleted AND modified_on < now() - interval '1 hour'
        AND NOT EXISTS (SELECT FROM webhook_delivery AS d WHERE d.webhook_id = webhook.id)
)
SELECT count(*) FROM purged
""")


class Deliveries:
    """The deliveries of all webhooks. `read` makes the content of the kind and the payload of an event."""

    def __init__(self, engine: AsyncEngine, read: Callable[[str, bytes], bytes]) -> None:
        self._read = read
        self._engine = engine

    async def take(self, webhook_id: int) -> bool:
        """Takes the next events from the feed. Returns whether there may be more."""
        wanted = {"webhook_id": webhook_id, "known": _KNOWN, "page": _PAGE}
        ((more,),) = await fetch(self._engine, _TAKE, wanted)
        return bool(more)

    async def due(self, webhook_id: int, *, running: Collection[int], limit: int) -> list[DueDelivery]:
        """What is READY, first what is due first, without those that are `running`."""
        wanted = {"webhook_id": webhook_id, "running": as_json(list(running)), "limit": limit}
        return [
            DueDelivery(id=row.id, attempts=row.attempts, in_s=row.in_s, event=self._event(row))
            for row in await fetch(self._engine, _DUE, wanted)
        ]

    def _event(self, row: Row[Any]) -> Event | None:
        if row.payload is None:
            return None
        return Event(
            kind=row.kind,
            aggregate_id=row.aggregate_id,
            sequence=row.sequence,
            owner=row.owner,
            owner_team=row.owner_team,
            occurred_on=row.event_time,
            payload={},
            content=self._read(row.kind, bytes(row.payload)),
        )

    async def settle(self, webhook_id: int, outcomes: Sequence[Outcome], *, retried_s: float) -> Failing:
        """Records how attempts ended. A failure after `retried_s` since the first attempt is the last."""
        wanted = {"webhook_id": webhook_id, "outcomes": as_json(outcomes), "retried_s": retried_s}
        (row,) = await fetch(self._engine, _SETTLE, wanted)
        return Failing(failures=row.failures or 0, for_s=row.for_s or 0)

    async def purge(self, *, older_than: timedelta) -> None:
        """Deletes ended deliveries that are older, and what belongs to deleted webhooks, one batch per transaction."""
        age: Mapping[str, Any] = {"age_s": older_than.total_seconds()}
        for statement, parameters in ((_PURGE_DELIVERIES, age), (_PURGE_DELETED, {})):
            purged = _PURGED
            while purged == _PURGED:
                ((purged,),) = await fetch(self._engine, statement, {**parameters, "batch": _PURGED})
