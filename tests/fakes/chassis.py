"""The ports of the chassis in memory, with the same contract as the SQL implementations."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator, Callable, Collection, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from types import MappingProxyType
from typing import Any, TypeVar

from chassis.alerts import Alert
from chassis.audit import AuditEntry
from chassis.auth.keys import Keys, KeySource
from chassis.errors import Conflict, Unavailable
from chassis.events import Event
from chassis.idempotency import IdempotentResponse, RequestKey
from chassis.jobs import Job, JobLease, JobOutcome, LeaseLost, NewJob
from chassis.unit_of_work import OpenUnitOfWork


class FakeClock:
    """Stands still until told to move."""

    def __init__(self, at: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def soon() -> asyncio.Event:
    """The end of the next round of a projector that does nothing."""
    ended = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, ended.set)
    return ended


def unknown() -> None:
    """The read_time of a projector that does nothing."""


class Seconds:
    """A monotonic clock that tests move."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


class FakeKeys:
    """A KeySource that counts how often it is asked; it answers once `answers` is set, or fails."""

    def __init__(self, source: KeySource) -> None:
        self._source = source
        self.in_use: Keys | None = None
        self.answers = asyncio.Event()
        self.answers.set()
        self.fails = False
        self.asked = 0

    async def __call__(self) -> Keys:
        self.asked += 1
        await self.answers.wait()
        if self.fails:
            raise Unavailable("identity does not answer")
        return await self._source() if self.in_use is None else self.in_use


class SilentChannel:
    """An alert's way that nothing leaves by."""

    async def __call__(self, service: str, alert: Alert) -> None:
        return None


@dataclass
class StoredJob:
    """A row of the job table."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    state: str
    attempts: int
    due_at: datetime
    set_at: datetime
    token: str | None = None
    last_error: str | None = None
    partition_key: str | None = None
    turn: int = 0
    # As in the table: empty when it was erased, None for a job that never had one.
    secret: str | None = None
    discard_reason: str | None = None

    def erase_secret(self) -> None:
        self.secret = None if self.secret is None else ""

    def put_off(self, now: datetime, delay_s: float) -> None:
        self.set_at, self.due_at = now, now + timedelta(seconds=delay_s)


@dataclass
class ChassisState:
    """What is durable."""

    events: list[Event] = field(default_factory=list)
    jobs: list[StoredJob] = field(default_factory=list)
    answers: dict[str, IdempotentResponse] = field(default_factory=dict)
    audit: list[AuditEntry] = field(default_factory=list)

    def purge_answers(self) -> None:
        """As when the retention time of all responses is over."""
        self.answers = {id: replace(response, answer=b"") for id, response in self.answers.items()}


class InMemoryOpenJobs:
    def __init__(self, state: ChassisState) -> None:
        self._state = state

    async def withdraw(self, kind: str, key: str, why: str) -> str | None:
        for job in self._open(kind, key):
            secret = job.secret or ""
            job.state, job.token, job.secret, job.discard_reason = "DISCARDED", None, "", why
            return secret
        return None

    async def withdraw_dead(self, kind: str, key: str, why: str) -> bool:
        if not any(job.state == "DEAD" for job in self._open(kind, key)):
            return False
        await self.withdraw(kind, key, why)
        return True

    async def is_open(self, kind: str, key: str) -> bool:
        return bool(self._open(kind, key))

    async def is_pending(self, kind: str, key: str) -> bool:
        return any(job.state != "DEAD" for job in self._open(kind, key))

    def _open(self, kind: str, key: str) -> list[StoredJob]:
        states = {"READY", "RUNNING", "DEAD"}
        return [job for job in self._state.jobs if (job.kind, job.key) == (kind, key) and job.state in states]


class InMemoryJobStore:
    """Claims and settles like SqlJobStore."""

    def __init__(self, state: ChassisState, clock: FakeClock) -> None:
        self._state = state
        self._clock = clock

    async def settle(self, outcomes: Sequence[JobOutcome]) -> set[int]:
        return {outcome.lease.job_id for outcome in outcomes if self.settle_one(outcome)}

    def settle_one(self, outcome: JobOutcome) -> bool:
        """False when somebody else has the job."""
        for job in self._state.jobs:
            if (job.id, job.token) == (outcome.lease.job_id, outcome.lease.token):
                job.state, job.token, job.last_error = outcome.state, None, outcome.error
                if outcome.state == "DONE":
                    job.erase_secret()
                job.put_off(self._clock.now(), outcome.delay_s)
                return True
        return False

    async def claim(self, kinds: Sequence[str], *, limit: int, lease_s: float) -> Sequence[Job]:
        now = self._clock.now()
        self._undo_clock_steps()
        due = [j for j in self._open_jobs if j.kind in kinds and j.due_at <= now and not self._waits(j)]
        for job in due[:limit]:
            job.state, job.attempts, job.token = "RUNNING", job.attempts + 1, f"claim-{job.id}-{job.attempts + 1}"
            job.put_off(now, lease_s)
        return [leased(job, lease_s) for job in due[:limit]]

    async def wake(self, kind: str, key: str) -> bool:
        put_off = [job for job in self._state.jobs if (job.kind, job.key, job.state) == (kind, key, "READY")]
        for job in put_off:
            job.due_at = job.set_at = min(job.due_at, self._clock.now())
        return bool(put_off)

    def _undo_clock_steps(self) -> None:
        now = self._clock.now()
        for job in self._open_jobs:
            if job.set_at > now:
                job.put_off(now, (job.due_at - job.set_at).total_seconds() if job.state == "RUNNING" else 0)

    @property
    def _open_jobs(self) -> list[StoredJob]:
        return [job for job in self._state.jobs if job.state in {"READY", "RUNNING"}]

    def _waits(self, job: StoredJob) -> bool:
        return job.partition_key is not None and any(
            ahead.partition_key == job.partition_key and ahead.turn < job.turn for ahead in self._open_jobs
        )


def leased(job: StoredJob, lease_s: float = 60) -> Job:
    """The job as its worker sees it."""
    assert job.token is not None
    return Job(
        kind=job.kind,
        key=job.key,
        payload=job.payload,
        attempt=job.attempts,
        lease=JobLease(job.id, job.token),
        lease_end_s=monotonic() + lease_s,
        secret=job.secret or "",
    )


class InMemoryUnitOfWork:
    """Derive from it, and keep the repositories' rows in a state that derives from ChassisState."""

    def __init__(
        self, state: ChassisState, clock: FakeClock, *, locked: Mapping[Hashable, Hashable] = MappingProxyType({})
    ) -> None:
        self._state = state
        self._clock = clock
        self._locked = locked
        self._events: list[Event] = []
        self._jobs: list[NewJob] = []
        self._audit_entries: list[AuditEntry] = []
        self._job_outcomes: list[JobOutcome] = []
        self.committed = False

    def emit(self, *events: Event) -> None:
        self._events.extend(events)

    def schedule(self, *jobs: NewJob) -> None:
        self._jobs.extend(jobs)

    def settle(self, *outcomes: JobOutcome) -> None:
        self._job_outcomes.extend(outcomes)

    def audit(self, *entries: AuditEntry) -> None:
        self._audit_entries.extend(entries)

    async def find_responses(self, keys: Sequence[RequestKey]) -> Mapping[str, IdempotentResponse]:
        return {key.id: self._state.answers[key.id] for key in keys if key.id in self._state.answers}

    async def find_locked(self, names: Collection[Hashable]) -> Mapping[Hashable, Hashable]:
        return {name: self._locked[name] for name in names if name in self._locked}

    async def keep_responses(self, answers: Sequence[tuple[RequestKey, bytes]]) -> None:
        for key, answer in answers:
            if key.id in self._state.answers:
                raise Conflict(f"{key.id} is taken")
            self._state.answers[key.id] = IdempotentResponse(key.fingerprint, answer)

    async def commit(self) -> str | None:
        jobs = InMemoryJobStore(self._state, self._clock)
        for outcome in self._job_outcomes:
            if not jobs.settle_one(outcome):
                raise LeaseLost(f"taken over by another worker: {outcome.lease.job_id}")
        for event in self._events:
            if any((e.aggregate_id, e.sequence) == (event.aggregate_id, event.sequence) for e in self._state.events):
                raise Conflict(f"event {event.sequence} of {event.aggregate_id} exists")
            self._state.events.append(event)
        for new in self._jobs:
            if not any((job.kind, job.key) == (new.kind, new.key) for job in self._state.jobs):
                self._state.jobs.append(self._stored(new))
        self._state.audit.extend(self._audit_entries)
        self.committed = True
        return None

    def _stored(self, new: NewJob) -> StoredJob:
        job_id = len(self._state.jobs) + 1
        due = not new.delay_s and new.partition_key is None
        return StoredJob(
            id=job_id,
            kind=new.kind,
            key=new.key,
            payload=new.payload,
            state="RUNNING" if due else "READY",
            attempts=1 if due else 0,
            due_at=self._clock.now() + timedelta(seconds=60 if due else new.delay_s),
            set_at=self._clock.now(),
            token=f"born-{job_id}" if due else None,
            partition_key=new.partition_key,
            turn=new.turn,
            secret=new.secret or None,
        )


State = TypeVar("State", bound=ChassisState)
InMemoryUow = TypeVar("InMemoryUow", bound=InMemoryUnitOfWork)


def in_memory_units_of_work(make: Callable[[State], InMemoryUow], state: State) -> OpenUnitOfWork[InMemoryUow]:
    """What a Mediator opens. A unit of work that is not committed leaves `state` as it was."""

    one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def open_uow(*, optimistic: bool = False, impatient: bool = False) -> AsyncIterator[InMemoryUow]:
        async with one_at_a_time:
            before = copy.deepcopy(state.__dict__)
            uow = make(state)
            try:
                yield uow
            finally:
                if not uow.committed:
                    state.__dict__.update(before)

    return open_uow


def request_key(request_id: str = "r-1", *, body: str = "body", scope: str = "user-1/Do") -> RequestKey:
    return RequestKey(scope=scope, request_id=request_id, fingerprint=body)
