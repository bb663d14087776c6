"""The sandbox's ledger, a table to which rows are only ever added."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text

from chassis.db.types import Amount, UtcDateTime

# Constraints and the trigger that refuses changes are in the migration.
LEDGER_ENTRY = Table(
    "ledger_entry",
    MetaData(),
    Column("transaction_id", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("amount", Amount, nullable=False),
    Column("currency", Text, nullable=False),
    Column("order_id", BigInteger),
    Column("refund_id", Text),
    Column("reason", Text, nullable=False),
    Column("recorded_on", UtcDateTime, nullable=False),
)
