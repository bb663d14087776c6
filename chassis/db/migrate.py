"""The chassis's share of the migrations of services: the environment they run in, and the SQL of its own tables."""

from __future__ import annotations

from pathlib import Path

ENVIRONMENT = Path(__file__).parent / "alembic"


def chassis_sql(change: str) -> str:
    """A change of the chassis's own tables as one statement, for the revision of each service that has them.

    Like a revision, its file is never edited once it was released.
    """
    return f"DO $change$ BEGIN\n{(ENVIRONMENT / f'{change}.sql').read_text(encoding='utf-8')}\nEND $change$"
