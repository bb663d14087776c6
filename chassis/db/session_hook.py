"""Adds ownership and soft deletion as SQL to every statement of a session, so that no query can omit them.

- Rows marked deleted are hidden, unless the execution option `include_deleted` is set.
- Users, but not administrators and services, see and change only `Owned` rows that they created, or that are for a team
  of theirs.
  A service that calls for a user sees and changes the rows of that user only.
- Deleting an entity, or rows by a statement, marks the rows.

This applies to SELECT, UPDATE and DELETE of mapped classes. Statements on a bare Table are left to `ownership`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Delete, Result, Update, event, or_, update
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from chassis.context import current
from chassis.db.entities import Audited, Owned, now
from chassis.db.ownership import HOOKED, OWNERSHIP, UnfilteredStatement, of_loaded_rows


class FilteredSession(Session):
    """A session that filters its statements."""

    def flush(self, objects: Sequence[Any] | None = None) -> None:
        with of_loaded_rows():
            super().flush(objects)


class UnfilteredUpdate(UnfilteredStatement):
    """An UPDATE by primary keys accepts no condition, so it cannot be limited to the caller's rows."""


@event.listens_for(FilteredSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> Result[Any] | None:
    if not state.is_orm_statement:
        return None
    # Columns of loaded rows need no filter; relationships inherit the criteria of their parent's query.
    state.update_execution_options(**{HOOKED: True, **({OWNERSHIP: "a loaded row"} if state.is_column_load else {})})
    if state.is_column_load or state.is_relationship_load:
        return None
    subject, entity = current().subject, state.bind_mapper.class_ if state.bind_mapper else object
    criteria = []
    if not state.execution_options.get("include_deleted", False):
        criteria.append(with_loader_criteria(Audited, lambda cls: cls.is_deleted.is_(False), include_aliases=True))
    if not current().sees_all:
        if state.is_update and isinstance(state.parameters, list) and issubclass(entity, Owned):
            raise UnfilteredUpdate(f"update {entity.__name__} with a WHERE instead of by primary keys")
        me, teams = subject.id, list(subject.team_ids)
        own = with_loader_criteria(
            Owned, lambda cls: or_(cls.created_by == me, cls.team_id.in_(teams)), include_aliases=True
        )
        criteria.append(own)
    if state.is_delete and issubclass(entity, Audited):
        # The hook is not called again for the replacement statement.
        return state.invoke_statement(_marking(state.statement).options(*criteria))
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*criteria)
    return None


@event.listens_for(FilteredSession, "before_flush")
def _mark_deleted(session: Session, _context: UOWTransaction, _instances: Sequence[object] | None) -> None:
    for entity in list(session.deleted):
        if isinstance(entity, Audited):
            session.add(entity)
            entity.is_deleted, entity.deleted_on = True, now()


def _marking(deleting: Any) -> Update:
    assert isinstance(deleting, Delete)
    entity = deleting.entity_description["entity"]
    marking = update(entity).where(*deleting._where_criteria).values(is_deleted=True, deleted_on=now())
    return marking.returning(*deleting._returning) if deleting._returning else marking
