"""The commands of webhooks on fakes or on PostgreSQL, so that one suite runs on both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alerts import Alerts
from chassis.audit import entry
from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_sessions
from chassis.db.hilo import HiLo
from chassis.db.jobs import JobWriter
from chassis.db.unit_of_work import sql_units_of_work
from chassis.mediator import Command, Mediator
from chassis.unit_of_work import OpenUnitOfWork
from foundation.addresses import networks
from order_svc.webhooks.adapters.unit_of_work import SqlWebhookUow
from order_svc.webhooks.commands.create_webhook import CreateWebhook
from order_svc.webhooks.commands.handlers import handle_commands
from order_svc.webhooks.commands.uow import WebhookUow
from order_svc.webhooks.domain.webhook import Webhook
from tests.fakes.chassis import FakeClock, SilentChannel, in_memory_units_of_work
from tests.fakes.webhooks import InMemoryWebhookUow, WebhookState

R = TypeVar("R")
URL = "https://example.com/events"
ADMIN = Caller.person("admin-1", admin=True)


@dataclass(frozen=True)
class JobSeen:
    """A job as the tests look at it."""

    kind: str
    key: str
    payload: Mapping[str, Any]
    partition_key: str | None
    turn: int


class WebhookApp:
    """Sends commands as an administrator, and looks at what is durable. `changed` is what the last audit entry has."""

    def __init__(self, open_uow: OpenUnitOfWork[WebhookUow]) -> None:
        self.clock = FakeClock()
        self._open_uow = open_uow
        self._mediator = Mediator(open_uow, service="order")
        alerts = Alerts("order", {"mail": SilentChannel()})
        handle_commands(self._mediator, clock=self.clock, alerts=alerts, networks=networks(""))
        self.changed: Mapping[str, tuple[str, str]] = {}

    async def send(self, command: Command[R]) -> R:
        with request_context(RequestContext(caller=ADMIN)):
            answered = await self._mediator.send(command)
            changes = entry("Send", "", outcome="OK", at=self.clock.now()).changes or ()
        self.changed = {change["field"]: (change["before"], change["after"]) for change in changes}
        return answered

    async def given(self, **fields: Any) -> Webhook:
        return await self.send(CreateWebhook(webhook=Webhook(**{"url": URL, **fields})))

    async def webhook(self, webhook_id: int) -> Webhook:
        async with self._open_uow() as uow:
            return await uow.webhooks.get(webhook_id)

    async def followed(self) -> set[int]:
        """The webhooks that get what happens."""
        raise NotImplementedError

    async def jobs(self) -> Sequence[JobSeen]:
        raise NotImplementedError

    async def audited(self) -> Sequence[tuple[str, str, str, str, datetime]]:
        """Action, resource, outcome, detail and time of what the service itself wrote into the audit."""
        raise NotImplementedError


class InMemoryWebhookApp(WebhookApp):
    def __init__(self) -> None:
        self._state, clock = WebhookState(), FakeClock()
        super().__init__(in_memory_units_of_work(partial(InMemoryWebhookUow, clock=clock), self._state))

    def rewound(self) -> Mapping[int, datetime]:
        """From when on webhooks get again what happened."""
        return self._state.rewound

    async def followed(self) -> set[int]:
        return self._state.followed

    async def jobs(self) -> Sequence[JobSeen]:
        return [JobSeen(job.kind, job.key, job.payload, job.partition_key, job.turn) for job in self._state.jobs]

    async def audited(self) -> Sequence[tuple[str, str, str, str, datetime]]:
        return [(entry.action, entry.resource, entry.outcome, entry.detail, entry.time) for entry in self._state.audit]


class SqlWebhookApp(WebhookApp):
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        jobs = JobWriter(HiLo(engine, "job_hilo"))
        super().__init__(sql_units_of_work(SqlWebhookUow, make_sessions(engine), jobs=jobs))

    async def followed(self) -> set[int]:
        names = await self._rows("SELECT name FROM feed_consumer WHERE name LIKE 'webhook/%'")
        return {int(row.name.partition("/")[2]) for row in names}

    async def jobs(self) -> Sequence[JobSeen]:
        # As text: the drivers decode jsonb differently.
        rows = await self._rows("SELECT kind, key, CAST(payload AS text), lane, turn FROM job ORDER BY id")
        return [JobSeen(row.kind, row.key, json.loads(row.payload), row.lane, row.turn) for row in rows]

    async def audited(self) -> Sequence[tuple[str, str, str, str, datetime]]:
        seconds = "CAST(extract(epoch FROM time) AS float8) AS at"
        rows = await self._rows(f"SELECT action, resource, outcome, detail, {seconds} FROM audit_entry ORDER BY id")
        return [
            (row.action, row.resource, row.outcome, row.detail, datetime.fromtimestamp(row.at, UTC)) for row in rows
        ]

    async def _rows(self, query: str) -> Sequence[Any]:
        async with self._engine.connect() as connection:
            return (await connection.execute(text(query))).all()
