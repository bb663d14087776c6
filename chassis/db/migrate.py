"""The chassis's part of the services' migrations: the SQL of the chassis's tables."""

from __future__ import annotations

from pathlib import Path


def chassis_sql(change: str) -> str:
    """A change of the chassis's tables as one statement, for a revision of each service that has the tables.

    Like a revision, the file is never edited after its release.
    """
    sql = (Path(__file__).parent / "alembic" / f"{change}.sql").read_text(encoding="utf-8")
    return f"DO $change$ BEGIN\n{sql}\nEND $change$"
