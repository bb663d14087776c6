"""The chassis's own tables in the write database of each service, as queries name them: columns and their types.

The SQL files in chassis/db/alembic make them, with their keys and indexes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, TableClause, Text, column, table

from chassis.db.types import Json, UtcDateTime


def _table(name: str, text: str, *, bigint: str = "", timestamptz: str = "", jsonb: str = "") -> TableClause:
    """The names of its columns, separated by blanks, by their type."""
    types = ((Text, text), (BigInteger, bigint), (UtcDateTime, timestamptz), (Json, jsonb))
    return table(name, *(column(column_name, kind) for kind, names in types for column_name in names.split()))


OUTBOX = _table(
    "outbox",
    "kind owner owner_team",
    bigint="position aggregate_id sequence",
    timestamptz="occurred_on",
    jsonb="payload",
)
# `state` is READY, RUNNING, DONE, DEAD or DISCARDED. `due_at`: when it may be claimed next, or the end of its lease.
# `set_at`: when that was set, never later than now unless the clock was ahead. `secret`: what nobody may see; empty:
# erased, as the job has ended; null: it never had one.
JOB = _table(
    "job",
    "kind key secret state lease_token last_error discard_reason lane",
    bigint="id turn attempts",
    timestamptz="due_at set_at created_on",
    jsonb="payload",
)
# How far this database has taken the events of another service, by consumer.
INBOX = _table("inbox", "consumer", bigint="position")
IDEMPOTENCY_KEY = _table("idempotency_key", "id fingerprint answer", timestamptz="created_on")
AUDIT_ENTRY = _table(
    "audit_entry", "actor action resource outcome correlation_id detail", bigint="id", timestamptz="time"
)
# `source` is the method or the kind of job.
RECORDED_ERROR = _table(
    "recorded_error", "source actor kind message detail correlation_id", bigint="id", timestamptz="time"
)
CHASSIS = (OUTBOX, JOB, INBOX, IDEMPOTENCY_KEY, AUDIT_ENTRY, RECORDED_ERROR)
