"""The chassis's own tables in the write database of each service, as queries name them: columns and their types.

The SQL files in chassis/db/alembic make them, with their keys and indexes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, TableClause, Text, column, table
from sqlalchemy.types import TypeEngine

from chassis.db.types import Json, UtcDateTime


def _table(name: str, texts: str, **others: type[TypeEngine[Any]] | TypeEngine[Any]) -> TableClause:
    """`texts` names the columns that are text, by blanks."""
    typed = [column(name, kind) for name, kind in others.items()]
    return table(name, *typed, *(column(name, Text) for name in texts.split()))


OUTBOX = _table(
    "outbox",
    "kind owner owner_team",
    position=BigInteger,
    aggregate_id=BigInteger,
    sequence=BigInteger,
    occurred_on=UtcDateTime,
    payload=Json,
)
# `state` is READY, RUNNING, DONE, DEAD or DISCARDED. `due_at`: when it may be claimed next, or the end of its lease.
# `set_at`: when that was set, never later than now unless the clock was ahead. `secret`: what nobody may see; empty:
# erased, as the job has ended; null: it never had one.
JOB = _table(
    "job",
    "kind key secret state lease_token last_error discard_reason lane",
    id=BigInteger,
    payload=Json,
    attempts=Integer,
    due_at=UtcDateTime,
    set_at=UtcDateTime,
    turn=BigInteger,
    created_on=UtcDateTime,
)
# How far this database has taken the events of another service, by consumer.
INBOX = _table("inbox", "consumer", position=BigInteger)
IDEMPOTENCY_KEY = _table("idempotency_key", "id fingerprint answer", created_on=UtcDateTime)
AUDIT_ENTRY = _table(
    "audit_entry", "actor action resource outcome correlation_id detail", id=BigInteger, time=UtcDateTime
)
# `source` is the method or the kind of job.
RECORDED_ERROR = _table(
    "recorded_error", "source actor kind message detail correlation_id", id=BigInteger, time=UtcDateTime
)
CHASSIS = (OUTBOX, JOB, INBOX, IDEMPOTENCY_KEY, AUDIT_ENTRY, RECORDED_ERROR)
