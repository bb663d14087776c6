"""Faults that are planted by hand, to see that the simulation finds them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from inventory_svc.domain.reservation import Reservation, ReservationState
from order_svc.adapters.payments import GrpcPayments
from order_svc.domain.order_data import OrderData
from tests.fakes.chassis import InMemoryJobStore, InMemoryUnitOfWork
from tests.simulation.run import Verdict, run
from tests.simulation.script import drawn
from tests.simulation.shrink import shown

Fault = Callable[[], AbstractContextManager[Any]]
FOUND_WITHIN = 2_000
NOT_FOUND = f"not found within {FOUND_WITHIN:,} seeds"


def _each_attempt_has_its_own(method: str, key: str) -> Fault:
    original = getattr(GrpcPayments, method)

    async def call(self: GrpcPayments, **asked: Any) -> Any:
        return await original(self, **asked | {key: f"{asked[key]}/{uuid.uuid4()}"})

    return lambda: patch.object(GrpcPayments, method, call)


def _never_scheduled(kind: str) -> Fault:
    def schedule(self: InMemoryUnitOfWork, *jobs: Any) -> None:
        self._jobs.extend(job for job in jobs if job.kind != kind)

    return lambda: patch.object(InMemoryUnitOfWork, "schedule", schedule)


async def _forgotten(self: InMemoryUnitOfWork, answers: Any) -> None:
    """Keeps no answer."""


def _with_a_gap(original: Callable[..., Any]) -> Callable[..., Any]:
    def event(self: OrderData, kind: str, *rest: Any) -> Any:
        if kind == "payment_refund":
            self.sequence += 1
        return original(self, kind, *rest)

    return event


def _released_again(original: Callable[..., bool]) -> Callable[..., bool]:
    def release(self: Reservation, *rest: Any) -> bool:
        if self.state is ReservationState.RELEASED:
            self.state = ReservationState.COMMITTED
        return original(self, *rest)

    return release


def _given_up_at_once(original: Callable[..., bool]) -> Callable[..., bool]:
    def settle_one(self: InMemoryJobStore, outcome: Any) -> bool:
        return original(self, replace(outcome, state="DONE") if outcome.state == "READY" else outcome)

    return settle_one


def _ready_only(self: InMemoryJobStore) -> list[Any]:
    return [job for job in self._state.jobs if job.state == "READY"]


PLANTED: Mapping[str, Fault] = {
    "each attempt to charge has a transaction of its own": _each_attempt_has_its_own("charge", "transaction_id"),
    "each attempt to refund has a refund of its own": _each_attempt_has_its_own("refund", "refund_id"),
    "money that is to be returned is forgotten": _never_scheduled("return_money"),
    "stock that is to be released is forgotten": _never_scheduled("release_stock"),
    "stock that was paid is not sold": _never_scheduled("commit_stock"),
    "stock that came back is forgotten": _never_scheduled("restock"),
    "no answer is kept": lambda: patch.object(InMemoryUnitOfWork, "keep_responses", _forgotten),
    "the events of a refund leave a gap": lambda: patch.object(OrderData, "_event", _with_a_gap(OrderData._event)),
    "released stock is released again": lambda: patch.object(
        Reservation, "release", _released_again(Reservation.release)
    ),
    "jobs that failed are not tried again": lambda: patch.object(
        InMemoryJobStore, "settle_one", _given_up_at_once(InMemoryJobStore.settle_one)
    ),
    "jobs of processes that ended stay": lambda: patch.object(InMemoryJobStore, "_open_jobs", property(_ready_only)),
}


def verdict_with(planted: str, seed: int) -> tuple[int, Verdict]:
    """The seed, and its verdict with that fault; "" is none."""
    with PLANTED[planted]() if planted else nullcontext():
        return seed, run(drawn(seed))


def found(name: str) -> str:
    """The first seed that finds the planted fault, and what is left of its script."""
    for seed in range(FOUND_WITHIN):
        if verdict_with(name, seed)[1].violation:
            with PLANTED[name]():
                return f"{name}: {shown(drawn(seed))}\n"
    return f"{name}: {NOT_FOUND}"
