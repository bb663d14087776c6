"""The chassis's tables in the write database of each service: their columns and types, for queries.

The SQL files in chassis/db/alembic create the tables, with their keys and indexes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, LargeBinary, TableClause, Text, column, table

from chassis.db.types import Json, UtcDateTime


def _table(name: str, text: str, *, bigint: str = "", time: str = "", jsonb: str = "", bytea: str = "") -> TableClause:
    """A table; column names are separated by blanks and grouped by type."""
    types = ((Text, text), (BigInteger, bigint), (UtcDateTime, time), (Json, jsonb), (LargeBinary, bytea))
    return table(name, *(column(column_name, kind) for kind, names in types for column_name in names.split()))


OUTBOX = _table(
    "outbox",
    "kind owner owner_team traceparent",
    bigint="position aggregate_id sequence",
    time="occurred_on",
    bytea="payload",
)
# `state` is READY, RUNNING, DONE, DEAD or DISCARDED. `due_at` is the time of the next claim, or the end of the lease;
# `set_at` is when `due_at` was set, never in the future unless the clock was ahead. `secret` is never shown; it is
# empty if it was erased because the job has ended, and null if there never was one.
JOB = _table(
    "job",
    "kind key secret state lease_token last_error discard_reason lane",
    bigint="id turn attempts",
    time="due_at set_at created_on",
    jsonb="payload",
)
IDEMPOTENCY_KEY = _table("idempotency_key", "id fingerprint", time="created_on", bytea="answer")
AUDIT_ENTRY = _table(
    "audit_entry",
    "actor on_behalf_of address session_id action resource outcome correlation_id detail",
    bigint="id attempts",
    time="time",
    jsonb="changes",
)
AUDIT_CHECKPOINT = _table(
    "audit_checkpoint", "digest previous mac", bigint="last_id after_id entries", time="start_time end_time written_on"
)
# One row: the last checkpoint.
AUDIT_HEAD = _table("audit_head", "mac proof", bigint="last_id")
# `source` is the method or the kind of job.
RECORDED_ERROR = _table("recorded_error", "source actor kind message detail correlation_id", bigint="id", time="time")
