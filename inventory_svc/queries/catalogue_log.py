"""The catalogue changes since a generation: one cheap query, shared by concurrent callers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.db.engine import fetch

# Returns at least one row, found by primary keys.
_LOOK = text("""
SELECT c.epoch, c.generation, c.forgotten, c.total, change.generation AS changed_in, change.product_id, change.kind,
       change.words
FROM catalogue AS c LEFT JOIN catalogue_change AS change ON change.generation > :seen
WHERE c.id = 1
ORDER BY change.generation
""")


class ChangeKind(Enum):
    """The change of a product as readers see it; an undeleted one is CREATED."""

    CREATED = "CREATED"
    UPDATED = "UPDATED"
    DELETED = "DELETED"


@dataclass(frozen=True, slots=True)
class ProductChange:
    """A product that changed in `generation`; `words` means that other queries may find it now."""

    generation: int
    product_id: int
    kind: ChangeKind
    words: bool


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The state of the catalogue at the time of a query. `changes` are those since the requested generation, in order.

    They are complete when nothing after that generation was `forgotten`. Generations of different epochs are unrelated.
    """

    epoch: str
    generation: int
    total: int
    forgotten: int
    changes: tuple[ProductChange, ...]


class CatalogueLog:
    """The log that the projections write into the read database."""

    def __init__(self, read: AsyncEngine) -> None:
        self._read = read

    async def since(self, generation: int) -> Catalogue:
        rows = await fetch(self._read, _LOOK, {"seen": generation})
        first = rows[0]
        changes = tuple(
            ProductChange(row.changed_in, row.product_id, ChangeKind(row.kind), row.words)
            for row in rows
            if row.changed_in is not None
        )
        return Catalogue(first.epoch, first.generation, first.total, first.forgotten, changes)
