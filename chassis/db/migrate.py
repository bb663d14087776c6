"""The chassis's part of the services' migrations: their environment, and the SQL of the chassis's tables."""

from __future__ import annotations

from pathlib import Path

ENVIRONMENT = Path(__file__).parent / "alembic"


def chassis_sql(change: str) -> str:
    """A change of the chassis's tables as one statement, for a revision of each service that has the tables.

    Like a revision, the file is never edited after its release.
    """
    return f"DO $change$ BEGIN\n{(ENVIRONMENT / f'{change}.sql').read_text(encoding='utf-8')}\nEND $change$"
