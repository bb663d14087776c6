"""Column types that return the same Python values on asyncpg and ODBC."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from sqlalchemy import DateTime, Dialect, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

from chassis.clock import in_utc

_CENT = Decimal("0.01")


class UtcDateTime(TypeDecorator[datetime]):
    """timestamptz; takes and returns aware datetimes in UTC. A naive datetime raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        utc = value and in_utc(value)
        # ODBC's timestamp has no time zone; the session's time zone is UTC.
        return utc.replace(tzinfo=None) if utc and dialect.driver == "aioodbc" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC))


class Amount(TypeDecorator[Decimal]):
    """numeric(18,2): an amount of money in its currency's minor units; never a float."""

    impl = Numeric(18, 2)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | None:
        if not isinstance(value, Decimal | None):
            raise TypeError(f"an amount is a Decimal, not {type(value).__name__}")
        return None if value is None else value.quantize(_CENT, ROUND_HALF_EVEN)


Json = JSONB(none_as_null=True)
