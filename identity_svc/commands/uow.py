"""The transaction of identity_svc's commands."""

from __future__ import annotations

from typing import Protocol

from chassis.unit_of_work import UnitOfWork
from identity_svc.domain.ports import Stores


class IdentityUow(Stores, UnitOfWork, Protocol):
    """The stores, in a transaction that the mediator commits."""
