"""Ownership and soft deletion as SQL, added to every statement of a session, so that no query can forget them.

- Rows marked deleted are hidden, unless the execution option `include_deleted` is set.
- A person who is no administrator meets only those `Owned` rows that they or one of their teams made. Services and
  background work meet all.
- Deleting, an entity or by statement, marks rows.

Holds for SELECT, UPDATE and DELETE of mapped classes; a statement on a bare Table is its author's own affair.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Delete, Result, Update, event, or_, update
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from chassis.clock import SystemClock
from chassis.context import current
from chassis.db.entities import Audited, Owned

_clock = SystemClock()


class FilteredSession(Session):
    """A session whose statements are filtered."""


class UnfilteredUpdate(RuntimeError):
    """An UPDATE by primary keys can carry no condition, so it can not be limited to what is the caller's own."""


@event.listens_for(FilteredSession, "do_orm_execute")
def _filter(state: ORMExecuteState) -> Result[Any] | None:
    if not state.is_orm_statement or state.is_column_load or state.is_relationship_load:
        # Columns of rows already met; relationships inherit the criteria of the query that met their parent.
        return None
    if state.is_update or state.is_delete:
        _refuse_what_can_not_be_filtered(state)
        if state.is_delete and _is_soft(state):
            # The hook is not called again for the statement that takes its place.
            return state.invoke_statement(_marking(state.statement).options(*_criteria(state)))
    if state.is_select or state.is_update or state.is_delete:
        state.statement = state.statement.options(*_criteria(state))
    return None


@event.listens_for(FilteredSession, "before_flush")
def _mark_deleted(session: Session, _context: UOWTransaction, _instances: Sequence[object] | None) -> None:
    for entity in list(session.deleted):
        if isinstance(entity, Audited):
            session.add(entity)
            entity.is_deleted = True
            entity.deleted_on = _clock.now()


def _criteria(state: ORMExecuteState) -> list[Any]:
    criteria = []
    if not state.execution_options.get("include_deleted", False):
        criteria.append(with_loader_criteria(Audited, lambda cls: cls.is_deleted.is_(False), include_aliases=True))
    caller = current().caller
    if caller.is_person and not caller.is_admin:
        me, teams = caller.id, list(caller.team_ids)
        if teams:
            own = with_loader_criteria(
                Owned,
                lambda cls: or_(cls.created_by == me, cls.created_by_team.in_(teams)),
                include_aliases=True,
            )
        else:
            own = with_loader_criteria(Owned, lambda cls: cls.created_by == me, include_aliases=True)
        criteria.append(own)
    return criteria


def _refuse_what_can_not_be_filtered(state: ORMExecuteState) -> None:
    caller = current().caller
    by_primary_key = state.is_update and isinstance(state.parameters, list)
    mapper = state.bind_mapper
    if by_primary_key and mapper and issubclass(mapper.class_, Owned) and caller.is_person and not caller.is_admin:
        raise UnfilteredUpdate(f"update {mapper.class_.__name__} with a WHERE instead of by primary keys")


def _is_soft(state: ORMExecuteState) -> bool:
    return state.bind_mapper is not None and issubclass(state.bind_mapper.class_, Audited)


def _marking(deleting: Any) -> Update:
    assert isinstance(deleting, Delete)
    entity = deleting.entity_description["entity"]
    marking = update(entity).where(*deleting._where_criteria).values(is_deleted=True, deleted_on=_clock.now())
    return marking.returning(*deleting._returning) if deleting._returning else marking
