"""Which rows of the write side the read side copies."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.db.copy_projection import CopyProjection
from chassis.db.projector import Projection
from inventory_svc.queries.read_model import READ


def projections() -> Mapping[str, Projection]:
    """By table of the write side; wholes before their parts."""
    return {table.name: CopyProjection(table) for table in READ.tables.values()}
