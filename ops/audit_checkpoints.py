"""Checkpoints of the audit show which entries are changed, removed or inserted later, and removed checkpoints.

A checkpoint authenticates up to 10,000 entries and the one before it, with a key derived from the service's secret:
whoever can change the database, but does not have the secret, cannot make one (ADR 0057).
"""

from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass, replace
from datetime import datetime

import structlog
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.db.bulk import as_json, columns_of, inserting
from chassis.db.engine import fetch
from chassis.db.failures import translated
from chassis.db.tables import AUDIT_CHECKPOINT, AUDIT_HEAD

log = structlog.get_logger(__name__)

BEFORE_ALL = -(2**63)
BATCH = 10_000
_PURPOSE = b"easyorder audit checkpoints v1"
# All entries up to this one are there: no transaction that still runs can add one among them.
_END = text("SELECT audit_end() AS last_id")
_IS_OURS = text("SELECT pg_try_advisory_xact_lock(hashtext('audit checkpoint'), 0)")
# Here and not in the database, where whoever changes entries could change it, too. Each later column is to be left out
# where it has its default, so that checkpoints stay valid.
_DIGEST = text(
    """
    SELECT
        encode(sha256(string_agg(sha256(convert_to(CAST(jsonb_build_array(
            id, extract(epoch FROM time), actor, on_behalf_of, address, session_id, action, resource, outcome,
            attempts, correlation_id, detail, changes
        ) AS text), 'UTF8')), CAST('' AS bytea) ORDER BY id)), 'hex') AS digest,
        max(id) AS last_id, count(*) AS entries, min(time) AS start_time, max(time) AS end_time, now() AS written_on
    FROM (
        SELECT * FROM audit_entry WHERE id > CAST(:after_id AS bigint) AND id <= CAST(:last_id AS bigint)
        ORDER BY id LIMIT CAST(:batch AS integer)
    ) AS entry
    """
).columns(*(column for column in AUDIT_CHECKPOINT.c if column.name not in ("after_id", "previous", "mac")))
_SET_HEAD = text(
    "INSERT INTO audit_head (last_id, mac, proof) VALUES (CAST(:last_id AS bigint), :mac, :proof) "
    "ON CONFLICT (id) DO UPDATE SET last_id = excluded.last_id, mac = excluded.mac, proof = excluded.proof"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """Of the entries after `after_id` up to `last_id`, whose times are from `start_time` to `end_time`.

    `previous` is the checkpoint before it.
    """

    after_id: int
    last_id: int
    entries: int
    start_time: datetime
    end_time: datetime
    written_on: datetime
    digest: str
    previous: str
    mac: str = ""


class CheckpointKey:
    def __init__(self, secret: str) -> None:
        self._key = HKDF(hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())

    def mac_of(self, checkpoint: Checkpoint) -> str:
        return self._mac(asdict(replace(checkpoint, mac="")))

    def proof_of(self, last_id: int, mac: str) -> str:
        """The proof that this was the last checkpoint. It cannot be made from an earlier checkpoint without the key."""
        return self._mac(["last", last_id, mac])

    def _mac(self, content: object) -> str:
        return hmac.digest(self._key, as_json(content).encode(), "sha256").hex()


async def write_checkpoints(engine: AsyncEngine, secret: str) -> None:
    """Covers all entries that are there and not covered yet, on one replica at a time."""
    key, ((last_id,),) = CheckpointKey(secret), await fetch(engine, _END)
    covered = last_id is not None
    while covered:
        with translated():
            async with engine.begin() as connection:
                is_ours = (await connection.execute(_IS_OURS)).scalar_one()
                covered = is_ours and await _write_one(connection, key, last_id)


async def _write_one(connection: AsyncConnection, key: CheckpointKey, last_id: int) -> bool:
    after_id, previous = await _last_checkpoint(connection, key)
    found = await digest(connection, after_id, last_id, batch=BATCH)
    if found is None:
        return False
    checkpoint = replace(found, previous=previous)
    checkpoint = replace(checkpoint, mac=key.mac_of(checkpoint))
    await connection.execute(text(inserting(AUDIT_CHECKPOINT, columns_of(checkpoint))), {"rows": as_json([checkpoint])})
    last_id, mac = checkpoint.last_id, checkpoint.mac
    await connection.execute(_SET_HEAD, {"last_id": last_id, "mac": mac, "proof": key.proof_of(last_id, mac)})
    # Who keeps the log elsewhere can tell later that this checkpoint is missing.
    log.info("audit checkpoint", entries=checkpoint.entries, last_id=last_id, mac=mac)
    return True


async def _last_checkpoint(connection: AsyncConnection, key: CheckpointKey) -> tuple[int, str]:
    """Its last entry, and the checkpoint; also of one that was removed, so that the next one shows that."""
    head = (await connection.execute(select(AUDIT_HEAD))).first()
    if head is not None and head.proof == key.proof_of(head.last_id, head.mac):
        return head.last_id, head.mac
    last_id = (await connection.execute(select(func.max(AUDIT_CHECKPOINT.c.last_id)))).scalar_one()
    if head is not None or last_id is not None:
        log.error("the last checkpoint of the audit was changed or removed; verify it: python -m deploy.verify_audit")
    return BEFORE_ALL if last_id is None else last_id, ""


async def digest(
    connection: AsyncConnection, after_id: int, last_id: int, *, batch: int = 2**31 - 1
) -> Checkpoint | None:
    """The checkpoint of these entries, without `previous` and `mac`; None if there are none."""
    row = (await connection.execute(_DIGEST, {"after_id": after_id, "last_id": last_id, "batch": batch})).one()
    return Checkpoint(after_id=after_id, previous="", **row._mapping) if row.entries else None
