"""Columns of all entity tables: who created and changed a row and when, the deletion mark, and the row version.

The columns are filled from the request's context, in ORM flushes and in Core statements including bulk statements
(only `INSERT … ON CONFLICT DO UPDATE` must name them). Deleting marks a row; the session hook hides marked rows.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, FetchedValue, false, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from chassis.clock import SystemClock
from chassis.context import current
from chassis.db.types import UtcDateTime

now = SystemClock().now


def _caller_id() -> str:
    return current().caller.id


class Audited:
    """Creation and change stamps, soft deletion, and the version that prevents lost updates."""

    created_on: Mapped[datetime] = mapped_column(UtcDateTime, default=now, sort_order=90)
    created_by: Mapped[str] = mapped_column(default=_caller_id, sort_order=91)
    modified_on: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now, sort_order=93)
    modified_by: Mapped[str] = mapped_column(default=_caller_id, onupdate=_caller_id, sort_order=94)
    is_deleted: Mapped[bool] = mapped_column(default=False, server_default=false(), sort_order=95)
    deleted_on: Mapped[datetime | None] = mapped_column(UtcDateTime, sort_order=96)
    # Incremented by a trigger, whichever statement updates the row.
    row_version: Mapped[int] = mapped_column(
        BigInteger, server_default=text("1"), server_onupdate=FetchedValue(), sort_order=97
    )

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.row_version, "version_id_generator": False}


class BaseSoftIntDelete(Audited):
    """An entity with a numeric id, assigned by the database unless the application provides one (HiLo)."""

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, sort_order=-1)


class Owned(Audited):
    """An entity that users see and change only if they created it, or are members of the team that it is for."""

    # No team unless the application names one.
    team_id: Mapped[str | None] = mapped_column(sort_order=92)
