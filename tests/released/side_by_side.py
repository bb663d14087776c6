"""What the databases have for the oldest version that can serve at the same time as this one.

Versions before it cannot: migrations have since taken columns and tables that they need (docs/operations.md, Process by
process). With the next release, this is that release.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

OLDEST = "3ccb9fe2"
# The revisions of its databases.
REVISIONS: Mapping[str, str] = {
    "easyorder_identity": "0024",
    "easyorder_inventory_read": "0006",
    "easyorder_inventory_write": "0028",
    "easyorder_order_read": "0011",
    "easyorder_order_write": "0038",
    "easyorder_payment": "0010",
}
# Constraints that take all that they took before.
WIDER = {"ledger_entry_kind_check"}

_COLUMNS = text("""
SELECT relname || '.' || attname AS name, format_type(atttypid, atttypmod) AS type,
       attnotnull AND NOT atthasdef AND attidentity = '' AS wanted
FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND attnum > 0 AND NOT attisdropped
""")
_FUNCTIONS = text("""
SELECT proname || '(' || pg_get_function_identity_arguments(oid) || ')' AS name, pg_get_function_result(oid) AS type
FROM pg_proc WHERE pronamespace = 'public'::regnamespace
""")
# What may refuse a row.
_CONDITIONS = text("""
SELECT relname AS table, conname AS name, pg_get_constraintdef(o.oid) AS definition
FROM pg_constraint AS o JOIN pg_class AS c ON c.oid = o.conrelid
WHERE relnamespace = 'public'::regnamespace AND contype <> 'n'
UNION
SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE UNIQUE%'
""")


@dataclass(frozen=True)
class Shape:
    """What programs rely on: types by name of columns and functions, columns that need a value, and conditions."""

    types: Mapping[str, str]
    wanted: frozenset[str]
    conditions: frozenset[tuple[str, str, str]]

    @classmethod
    def of(cls, connection: Connection) -> Shape:
        columns = connection.execute(_COLUMNS).all()
        functions = connection.execute(_FUNCTIONS).all()
        return cls(
            types={row.name: row.type for row in (*columns, *functions)},
            wanted=frozenset(row.name for row in columns if row.wanted),
            conditions=frozenset((row.table, row.name, row.definition) for row in connection.execute(_CONDITIONS)),
        )

    def lacks_for(self, older: Shape) -> Iterator[str]:
        """What a program for the older shape fails at here."""
        for name, kind in sorted(older.types.items()):
            if self.types.get(name) != kind:
                yield f"{name} was {kind}, and is {self.types.get(name, 'gone')}"
        tables = {name.partition(".")[0] for name in older.types}
        for name in sorted(self.wanted - older.wanted):
            if name.partition(".")[0] in tables:
                yield f"{name} needs a value"
        for table, name, definition in sorted(self.conditions - older.conditions):
            if table in tables and name not in WIDER:
                yield f"{name} of {table} refuses more: {definition}"
