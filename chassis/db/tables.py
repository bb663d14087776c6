"""The chassis's own tables in the write database of each service, as the SQL files in chassis/db/alembic make them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Integer,
    MetaData,
    Sequence,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy import text as sql

from chassis.db.types import Json, UtcDateTime

CHASSIS = MetaData()

OUTBOX_POSITIONS = Sequence("outbox_position", metadata=CHASSIS)
JOB_IDS = Sequence("job_hilo", metadata=CHASSIS)

OUTBOX = Table(
    "outbox",
    CHASSIS,
    Column("position", BigInteger, server_default=OUTBOX_POSITIONS.next_value(), nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("aggregate_id", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("owner", Text, nullable=False),
    Column("owner_team", Text),
    Column("occurred_on", UtcDateTime, nullable=False),
    Column("payload", Json, nullable=False),
    UniqueConstraint("aggregate_id", "sequence"),
)

JOB = Table(
    "job",
    CHASSIS,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", Json, nullable=False),
    # What nobody may see. Empty: erased, as the job has ended; null: it never had one.
    Column("secret", Text),
    # READY, RUNNING, DONE, DEAD or DISCARDED.
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    # When somebody may take it next; for one that runs, the end of its lease.
    Column("due_at", UtcDateTime, nullable=False),
    # When due_at was set: never later than now, unless the clock was ahead.
    Column("set_at", UtcDateTime, nullable=False, server_default=func.now()),
    Column("lease_token", Text),
    Column("last_error", Text),
    # Why an operator gave it up.
    Column("discard_reason", Text),
    Column("lane", Text),
    Column("turn", BigInteger, nullable=False, server_default=sql("0")),
    Column("created_on", UtcDateTime, nullable=False, server_default=func.now()),
    UniqueConstraint("kind", "key"),
    Index("ix_job_due", "due_at", postgresql_where=sql("state IN ('READY', 'RUNNING')")),
    Index("ix_job_ended", "due_at", postgresql_where=sql("state IN ('DONE', 'DISCARDED')")),
    # Those that somebody looks at; the few that are open are found by ix_job_due, the many that are done by id.
    Index("ix_job_given_up", "state", "id", postgresql_where=sql("state IN ('DEAD', 'DISCARDED')")),
    Index("ix_job_lane", "lane", "turn", postgresql_where=sql("lane IS NOT NULL AND state IN ('READY', 'RUNNING')")),
)

# How far this database has taken the events of another service, by consumer.
INBOX = Table(
    "inbox",
    CHASSIS,
    Column("consumer", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

IDEMPOTENCY_KEY = Table(
    "idempotency_key",
    CHASSIS,
    Column("id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("created_on", UtcDateTime, nullable=False, server_default=func.now()),
    Index("ix_idempotency_key_created_on", "created_on"),
)

AUDIT_ENTRY = Table(
    "audit_entry",
    CHASSIS,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("time", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("resource", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Index("ix_audit_entry_resource", "resource"),
    Index("ix_audit_entry_actor", "actor"),
    Index("ix_audit_entry_time", "time"),
)

RECORDED_ERROR = Table(
    "recorded_error",
    CHASSIS,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("time", UtcDateTime, nullable=False),
    # The method or kind of job.
    Column("source", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("correlation_id", Text, nullable=False),
    Index("ix_recorded_error_time", "time"),
)
