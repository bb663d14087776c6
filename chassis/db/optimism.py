"""Optimistic sessions: they look without locks and write once, all or nothing, if what they looked at is still so.

Such a session has no transaction: each of its statements is one. That saves BEGIN, COMMIT and the waiting for locks. It
may run only what bears that: reads that say so (`UNLOCKED`), whose rows are guarded when they are written, and the one
statement of chassis.db.writes that the commit sends. Anything else raises NeedsTransaction, and the mediator does the
work again in a session that has one.
"""

from __future__ import annotations

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from chassis.db.session_hook import FilteredSession
from chassis.unit_of_work import NeedsTransaction

OPTIMISTIC = "optimistic"
# Execution options of a read that needs no lock, because whoever writes what it has found guards it.
UNLOCKED = {"unlocked": True}


def is_optimistic(session: AsyncSession | Session) -> bool:
    """Whether nothing is locked in this session, and nothing written before the commit."""
    return bool(session.info.get(OPTIMISTIC))


@event.listens_for(FilteredSession, "do_orm_execute")
def _refuse_what_needs_locks(state: ORMExecuteState) -> None:
    if is_optimistic(state.session) and not state.execution_options.get("unlocked", False):
        raise NeedsTransaction("this statement needs a transaction")


@event.listens_for(FilteredSession, "before_flush")
def _refuse_to_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    if is_optimistic(session):
        raise NeedsTransaction("entities are written in a transaction")
