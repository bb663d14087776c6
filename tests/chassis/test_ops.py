"""OpsService over a real socket on PostgreSQL: the views for operators, and the allowed and refused job actions."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from easyorder.google.api import HttpBody
from easyorder.ops.v1 import (
    DiscardJobRequest,
    ExportAuditEntriesRequest,
    FieldChange,
    GetStatsRequest,
    Job,
    JobsEvent,
    JobState,
    ListAuditEntriesRequest,
    ListAuditEntriesResponse,
    ListErrorsRequest,
    ListErrorsResponse,
    ListJobsRequest,
    ListJobsResponse,
    RetryJobRequest,
    Stats,
    WatchJobsRequest,
)
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from chassis.audit import AuditEntry, ErrorLog
from chassis.context import RequestContext, request_context
from chassis.db.bulk import SqlSink
from chassis.db.engine import make_sessions
from chassis.db.tables import AUDIT_ENTRY, JOB, OUTBOX, RECORDED_ERROR
from chassis.errors import InvalidArgument, PermissionDenied, Unauthenticated, Unavailable
from chassis.grpc.clients import Client, rpc
from chassis.jobs import JobLease, JobOutcome
from ops import audit_entries, job_stream
from ops.api import OPS, JobDiscarded, JobDone, JobNotDiscardable, JobNotFound, JobRunning, OpsApi, jobs_in
from ops.depths import QueueDepths
from ops.job_stream import JobStream
from telemetry.gauges import Gauges
from tests.between_statements import AfterFirstStatement
from tests.builders.event import an_event
from tests.chassis.db.rows import event_rows, insert_rows
from tests.chassis.job_bench import SqlJobBench
from tests.chassis.job_contract import JobSeen, a_job, claimed
from tests.fakes.chassis import FakeClock
from tests.mesh import Mesh, serving
from tests.polling import eventually
from tests.watching import Watching

LIST_JOBS = rpc(OPS, "ListJobs", ListJobsRequest, ListJobsResponse)
RETRY = rpc(OPS, "RetryJob", RetryJobRequest, Job)
DISCARD = rpc(OPS, "DiscardJob", DiscardJobRequest, Job)
WATCH_JOBS = rpc(OPS, "WatchJobs", WatchJobsRequest, JobsEvent)
LIST_ERRORS = rpc(OPS, "ListErrors", ListErrorsRequest, ListErrorsResponse)
LIST_AUDIT = rpc(OPS, "ListAuditEntries", ListAuditEntriesRequest, ListAuditEntriesResponse)
EXPORT_AUDIT = rpc(OPS, "ExportAuditEntries", ExportAuditEntriesRequest, HttpBody)
GET_STATS = rpc(OPS, "GetStats", GetStatsRequest, Stats)
CALLS: tuple[tuple[Any, Any], ...] = (
    (LIST_JOBS, ListJobsRequest()),
    (RETRY, RetryJobRequest(id="1")),
    (DISCARD, DiscardJobRequest(id="1", reason="no use")),
    (LIST_ERRORS, ListErrorsRequest()),
    (LIST_AUDIT, ListAuditEntriesRequest()),
    (GET_STATS, GetStatsRequest()),
)


class Bench(SqlJobBench):
    """Jobs in every state, and the OpsService of their database."""

    woken = 0
    settled: tuple[tuple[str, Mapping[str, Any], str], ...] = ()

    async def given(self, state: str, key: str) -> int:
        """A job of the kind `charge`; answers its id."""
        if state == "READY":
            await self.write(a_job(key, delay_s=1000))
            async with self.engine.connect() as connection:
                return int(await connection.scalar(select(JOB.c.id).where(JOB.c.key == key)) or 0)
        (lease,) = await self.write(a_job(key))
        await self._settle(lease, state, key)
        return lease.job_id

    async def _settle(self, lease: JobLease, state: str, key: str) -> None:
        if state == "DONE":
            await self.store.settle([JobOutcome(lease)])
        elif state in {"DEAD", "DISCARDED"}:
            await self.store.settle([JobOutcome(lease, "DEAD", error="hopeless")])
        if state == "DISCARDED":
            await self._discard(key)

    def wake(self) -> None:
        self.woken += 1

    async def settle(self, key: str, payload: Mapping[str, Any], reason: str) -> None:
        """Discards a DEAD job with what follows from it."""
        self.settled = (*self.settled, (key, payload, reason))
        await self._discard(key)

    async def _discard(self, key: str) -> None:
        discard = text("UPDATE job SET state = 'DISCARDED', discard_reason = 'no use' WHERE key = :key")
        async with self.engine.begin() as connection:
            await connection.execute(discard, {"key": key})


@pytest.fixture
def bench(chassis_engine: AsyncEngine) -> Bench:
    return Bench(chassis_engine)


@pytest.fixture
async def mesh(bench: Bench, chassis_engine: AsyncEngine) -> AsyncIterator[Mesh]:
    async def lag_ms() -> float:
        return 12.3

    gauges = Gauges()
    gauges.add_pool("write", chassis_engine)
    gauges.add("cache_hits", lambda: 7)
    api = OpsApi(
        "order",
        chassis_engine,
        gauges,
        FakeClock().now(),
        wake_jobs=bench.wake,
        lag_ms=lag_ms,
        not_discardable={"needed": "cancel the order", "paid": "retry the job"},
        discard_dead={"paid": bench.settle},
    )
    async with serving({OPS: api}) as mesh:
        yield mesh


async def pages(client: Client, request: ListJobsRequest) -> list[list[str]]:
    """The keys of the jobs, page by page."""
    found = []
    while True:
        page = await client.call(LIST_JOBS, request)
        found.append([job.key for job in page.jobs])
        if not page.next_page_token:
            return found
        request.page_token = page.next_page_token


async def test_only_administrators_may(mesh: Mesh) -> None:
    for method, request in CALLS:
        with pytest.raises(Unauthenticated):
            await mesh.anonymous().call(method, request)
        for client in (mesh.user(), mesh.service()):
            with pytest.raises(PermissionDenied):
                await client.call(method, request)


async def test_a_call_for_another_service_is_refused(mesh: Mesh) -> None:
    with pytest.raises(InvalidArgument, match="service must be order here; x-easyorder-service names"):
        await mesh.admin().call(LIST_JOBS, ListJobsRequest(service="inventory"))
    await mesh.admin().call(LIST_JOBS, ListJobsRequest(service="order"))


async def test_jobs_that_need_somebody_come_first_and_the_newest_of_them(bench: Bench, mesh: Mesh) -> None:
    for state in ("DONE", "RUNNING", "DEAD", "READY", "DISCARDED"):
        for number in (1, 2):
            await bench.given(state, f"{state} {number}")
    order = [f"{state} {n}" for state in ("DEAD", "READY", "RUNNING", "DISCARDED", "DONE") for n in (2, 1)]

    for size in (1, 2, 3, 4, 9, 10, 11):
        found = await pages(mesh.admin(), ListJobsRequest(page_size=size))
        assert [key for page in found for key in page] == order
        assert all(len(page) == size for page in found[:-1])
        assert found[-1]


async def test_jobs_of_one_state(bench: Bench, mesh: Mesh) -> None:
    for state in ("DEAD", "READY", "DONE"):
        for number in (1, 2, 3):
            await bench.given(state, f"{state} {number}")

    request = ListJobsRequest(page_size=2, state=JobState.READY)
    assert await pages(mesh.admin(), request) == [["READY 3", "READY 2"], ["READY 1"]]
    page = await mesh.admin().call(LIST_JOBS, ListJobsRequest(page_size=1, state=JobState.READY))
    with pytest.raises(InvalidArgument):
        await mesh.admin().call(
            LIST_JOBS, ListJobsRequest(page_size=1, state=JobState.DEAD, page_token=page.next_page_token)
        )


async def test_a_job_that_changes_its_state_meanwhile_is_listed_once(
    bench: Bench, mesh: Mesh, chassis_engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bench.given("DEAD", "k-1")

    async def discard() -> None:
        async with chassis_engine.begin() as connection:
            await connection.execute(text("UPDATE job SET state = 'DISCARDED'"))

    change = AfterFirstStatement(monkeypatch, discard, of=AsyncConnection)

    assert await pages(mesh.admin(), ListJobsRequest(page_size=5)) == [["k-1"]]
    assert change.happened


@pytest.mark.parametrize("state", ["DEAD", "READY", "RUNNING", "DISCARDED"])
async def test_the_few_that_need_somebody_are_found_among_many_that_are_done(
    chassis_engine: AsyncEngine, state: str
) -> None:
    async with chassis_engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO job (id, kind, key, payload, state, attempts, due_at) "
                "SELECT n, 'charge', n, '{}', 'DONE', 1, now() FROM generate_series(1, 20000) AS n"
            )
        )
        await connection.execute(text("ANALYZE job"))
        query = jobs_in(state, below=None, limit=21).compile(chassis_engine, compile_kwargs={"literal_binds": True})
        plan = "\n".join(await connection.scalars(text(f"EXPLAIN {query}")))

    assert "ix_job_given_up" in plan or "ix_job_due" in plan, plan


async def test_a_job_is_shown_with_what_it_carries_and_why_it_failed(bench: Bench, mesh: Mesh) -> None:
    job_id = await bench.given("DEAD", "k-1")

    (job,) = (await mesh.admin().call(LIST_JOBS, ListJobsRequest())).jobs
    assert (job.id, job.kind, job.key, job.state, job.attempts) == (str(job_id), "charge", "k-1", JobState.DEAD, 1)
    assert json.loads(job.payload) == {"for": "k-1"}
    assert job.last_error == "hopeless"
    assert job.create_time is not None
    assert abs(job.create_time - datetime.now(UTC)) < timedelta(minutes=1)


@pytest.mark.parametrize("state", ["DEAD", "READY", "DISCARDED"])
async def test_a_job_is_brought_back_at_once(bench: Bench, mesh: Mesh, state: str) -> None:
    job_id = await bench.given(state, "k-1")
    assert await claimed(bench) == []
    (before,) = (await mesh.admin().call(LIST_JOBS, ListJobsRequest())).jobs

    job = await mesh.admin().call(RETRY, RetryJobRequest(id=str(job_id)))

    assert (job.state, job.discard_reason) == (JobState.READY, "")
    assert before.update_time is not None
    assert job.update_time is not None
    assert before.update_time < job.update_time <= datetime.now(UTC)
    assert (await mesh.admin().call(LIST_JOBS, ListJobsRequest())).jobs == [job]
    assert [job.key for job in await claimed(bench)] == ["k-1"]
    assert bench.woken == 1


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        pytest.param("RUNNING", JobRunning, marks=pytest.mark.reaches("JOB_RUNNING")),
        ("DONE", JobDone),
    ],
)
async def test_what_runs_or_is_done_is_not_discarded(
    bench: Bench, mesh: Mesh, state: str, refusal: type[Exception]
) -> None:
    job_id = await bench.given(state, "k-1")
    before = await bench.jobs()

    with pytest.raises(refusal):
        await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(job_id), reason="no use"))

    assert await bench.jobs() == before


async def test_a_repeated_retry_is_answered_like_the_first_whatever_became_of_the_job(bench: Bench, mesh: Mesh) -> None:
    admin, request = mesh.admin(), RetryJobRequest(id=str(await bench.given("DEAD", "k-1")))

    replies = await asyncio.gather(*(admin.call(RETRY, request) for _ in range(3)))
    (job,) = await claimed(bench)
    replies.append(await admin.call(RETRY, request))
    running = await bench.jobs()
    await bench.store.settle([JobOutcome(job.lease)])
    replies.append(await admin.call(RETRY, request))

    assert {(reply.id, reply.key) for reply in replies} == {(request.id, "k-1")}
    assert [reply.state.name for reply in replies] == ["READY"] * 3 + ["RUNNING", "DONE"]
    # The job that ran kept its worker.
    assert running[("charge", "k-1")].state == "RUNNING"
    assert (await bench.jobs())[("charge", "k-1")].state == "DONE"


async def test_a_job_whose_worker_died_may_be_taken_at_once_and_the_worker_settles_nothing(
    bench: Bench, mesh: Mesh
) -> None:
    (lease,) = await bench.write(a_job())
    await bench.elapse(61)

    await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(lease.job_id), reason="stuck"))

    assert await bench.store.settle([JobOutcome(lease)]) == set()
    assert await bench.jobs() == {("charge", "k-1"): JobSeen("DISCARDED", 1, None)}


async def test_a_job_is_given_up_with_a_reason_that_is_kept_and_audited(bench: Bench, mesh: Mesh) -> None:
    job_id = await bench.given("DEAD", "k-1")

    job = await mesh.admin("boss").call(
        DISCARD, DiscardJobRequest(service="order", id=str(job_id), reason="paid by hand")
    )
    await eventually(lambda: mesh.audited)

    assert (job.state, job.discard_reason, job.last_error) == (JobState.DISCARDED, "paid by hand", "hopeless")
    assert await claimed(bench) == []
    (entry,) = mesh.audited
    assert (entry.actor, entry.action, entry.resource) == ("boss", "DiscardJob", f"order/{job_id}")
    assert (entry.outcome, entry.detail) == ("OK", "paid by hand")


async def test_a_job_that_was_discarded_keeps_its_reason_when_it_is_discarded_again(bench: Bench, mesh: Mesh) -> None:
    job_id = await bench.given("DEAD", "k-1")
    first = await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(job_id), reason="sent by hand"))

    again = await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(job_id), reason="another"))

    assert again == first
    assert again.discard_reason == "sent by hand"


@pytest.mark.parametrize("reason", ["", "  "])
async def test_a_job_is_not_discarded_without_a_reason(bench: Bench, mesh: Mesh, reason: str) -> None:
    job_id = await bench.given("DEAD", "k-1")
    before = await bench.jobs()

    with pytest.raises(InvalidArgument):
        await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(job_id), reason=reason))

    assert await bench.jobs() == before


@pytest.mark.parametrize("state", ["RUNNING", "lease ended", "READY", "DEAD"])
async def test_a_job_that_the_service_needs_is_not_discarded(bench: Bench, mesh: Mesh, state: str) -> None:
    (lease,) = await bench.write(replace(a_job(), kind="needed", secret="tok_ok"))
    if state == "lease ended":
        await bench.elapse(61)
    elif state != "RUNNING":
        await bench.store.settle([JobOutcome(lease, "DEAD", error="hopeless")])
    if state == "READY":
        await mesh.admin().call(RETRY, RetryJobRequest(id=str(lease.job_id)))
    (before,) = (await mesh.admin().call(LIST_JOBS, ListJobsRequest())).jobs
    secret = await bench.jobs()

    with pytest.raises(JobNotDiscardable, match="cancel the order"):
        await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(lease.job_id), reason="paid by bank transfer"))

    (after,) = (await mesh.admin().call(LIST_JOBS, ListJobsRequest())).jobs
    assert (after, await bench.jobs()) == (before, secret)


async def test_a_needed_job_is_discarded_with_what_follows_from_it_once_it_is_dead(bench: Bench, mesh: Mesh) -> None:
    (lease,) = await bench.write(replace(a_job(), kind="paid"))
    request = DiscardJobRequest(id=str(lease.job_id), reason="paid by bank transfer")
    with pytest.raises(JobNotDiscardable, match="retry the job"):
        await mesh.admin().call(DISCARD, request)
    assert not bench.settled
    await bench.store.settle([JobOutcome(lease, "DEAD", error="hopeless")])

    for _ in range(2):
        discarded = await mesh.admin().call(DISCARD, request)
        assert discarded.state is JobState.DISCARDED

    assert bench.settled == ((a_job().key, a_job().payload, "paid by bank transfer"),)


@pytest.mark.reaches("JOB_DONE")
async def test_a_job_that_the_service_needed_and_is_done_is_said_to_be_done(bench: Bench, mesh: Mesh) -> None:
    (lease,) = await bench.write(replace(a_job(), kind="needed"))
    await bench.store.settle([JobOutcome(lease)])

    with pytest.raises(JobDone):
        await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(lease.job_id), reason="no use"))


async def test_a_secret_is_never_shown(bench: Bench, mesh: Mesh) -> None:
    (lease,) = await bench.write(replace(a_job(), secret="tok_ok"))
    await bench.store.settle([JobOutcome(lease, "DEAD", error="hopeless")])

    shown = [*(await mesh.admin().call(LIST_JOBS, ListJobsRequest())).jobs]
    shown.append(await mesh.admin().call(RETRY, RetryJobRequest(id=str(lease.job_id))))
    shown.append(await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(lease.job_id), reason="no use")))

    assert len(shown) == 3
    assert "tok_ok" not in repr(shown)


async def test_a_job_is_not_run_without_the_secret_that_it_was_discarded_with(bench: Bench, mesh: Mesh) -> None:
    (lease,) = await bench.write(replace(a_job(), secret="tok_ok"))
    await bench.store.settle([JobOutcome(lease, "DEAD", error="hopeless")])
    await mesh.admin().call(DISCARD, DiscardJobRequest(id=str(lease.job_id), reason="no use"))
    discarded = await bench.jobs()

    with pytest.raises(JobDiscarded):
        await mesh.admin().call(RETRY, RetryJobRequest(id=str(lease.job_id)))

    assert discarded == await bench.jobs() == {("charge", "k-1"): JobSeen("DISCARDED", 1, "hopeless", "")}


async def test_a_job_that_was_replaced_is_not_run_again_and_says_what_replaced_it(bench: Bench, mesh: Mesh) -> None:
    (lease,) = await bench.write(a_job())
    await bench.withdraw("charge", "k-1")
    before = await bench.jobs()

    with pytest.raises(JobDiscarded, match="replaced"):
        await mesh.admin().call(RETRY, RetryJobRequest(id=str(lease.job_id)))

    assert await bench.jobs() == before
    (job,) = (await mesh.admin().call(LIST_JOBS, ListJobsRequest())).jobs
    assert (job.state, job.discard_reason) == (JobState.DISCARDED, "replaced")


async def test_jobs_are_streamed_as_they_change(bench: Bench, mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_stream, "_EVERY_S", 0.01)
    await bench.given("DEAD", "k-1")
    async with Watching(mesh.admin().stream(WATCH_JOBS, WatchJobsRequest(state=JobState.DEAD))) as watching:
        await watching.hears(1)
        await bench.given("READY", "k-2")
        await bench.given("DEAD", "k-3")
        heard = await watching.hears(2)

    assert [[job.key for job in event.page.jobs] for event in heard] == [["k-1"], ["k-3", "k-1"]]


async def test_a_stream_of_jobs_beats_and_says_why_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_stream, "_EVERY_S", 0)
    looks = 0

    async def list_jobs(_: ListJobsRequest) -> ListJobsResponse:
        nonlocal looks
        looks += 1
        if looks == 3:
            raise Unavailable("the database is away")
        return ListJobsResponse()

    stream = JobStream(list_jobs, heartbeat_s=0)
    page, beat, ending = [event async for event in stream.of(ListJobsRequest())]

    assert ending.error is not None
    assert (page.page, beat.heartbeat is not None, ending.error.message) == (
        ListJobsResponse(),
        True,
        "the database is away",
    )


async def test_a_job_that_is_not_there(mesh: Mesh) -> None:
    changes: list[tuple[Any, Any]] = [
        (RETRY, RetryJobRequest(id="9")),
        (DISCARD, DiscardJobRequest(id="9", reason="no use")),
    ]
    for method, request in changes:
        with pytest.raises(JobNotFound):
            await mesh.admin().call(method, request)


async def test_errors_of_background_work_are_listed_newest_first(chassis_engine: AsyncEngine, mesh: Mesh) -> None:
    log = ErrorLog("order", SqlSink(chassis_engine, RECORDED_ERROR), FakeClock())
    await log.start()
    for number in range(3):
        log.report("charge", ValueError(f"number {number}"))
    await log.stop()

    first = await mesh.admin().call(LIST_ERRORS, ListErrorsRequest(page_size=2))
    rest = await mesh.admin().call(LIST_ERRORS, ListErrorsRequest(page_size=2, page_token=first.next_page_token))

    errors = [*first.errors, *rest.errors]
    assert [error.summary for error in errors] == [f"ValueError: number {number}" for number in (2, 1, 0)]
    assert rest.next_page_token == ""
    assert (errors[0].where, errors[0].event_time) == ("charge", FakeClock().now())
    assert "ValueError: number 2" in errors[0].detail


async def test_errors_are_found_by_their_correlation_id_and_their_time(chassis_engine: AsyncEngine, mesh: Mesh) -> None:
    clock = FakeClock()
    log = ErrorLog("order", SqlSink(chassis_engine, RECORDED_ERROR), clock)
    await log.start()
    for id in ("first", "second", "first", "third"):
        with request_context(RequestContext(correlation_id=id)):
            log.report("charge", ValueError(id))
        clock.advance(60)
    await log.stop()
    second, last = FakeClock().now() + timedelta(seconds=60), clock.now() - timedelta(seconds=60)

    async def found(**filter: Any) -> list[str]:
        request, ids = ListErrorsRequest(page_size=1, **filter), list[str]()
        while True:
            page = await mesh.admin().call(LIST_ERRORS, request)
            ids += [error.correlation_id for error in page.errors]
            if not page.next_page_token:
                return ids
            request.page_token = page.next_page_token

    assert await found(correlation_id="first") == ["first", "first"]
    assert await found(correlation_id="none") == []
    assert await found(start_time=second, end_time=last) == ["first", "second"]
    assert await found(correlation_id="first", start_time=second) == ["first"]
    page = await mesh.admin().call(LIST_ERRORS, ListErrorsRequest(page_size=1))
    with pytest.raises(InvalidArgument):
        await found(correlation_id="first", page_token=page.next_page_token)


async def test_audit_entries_are_listed_newest_first(bench: Bench, chassis_engine: AsyncEngine, mesh: Mesh) -> None:
    await SqlSink(chassis_engine, AUDIT_ENTRY)([an_entry("one"), an_entry("two")])
    async with bench.open_uow() as uow:
        uow.audit(an_entry("three"))
        await uow.commit()
    async with bench.open_uow() as uow:
        uow.audit(an_entry("never committed"))

    first = await mesh.admin().call(LIST_AUDIT, ListAuditEntriesRequest(page_size=2))
    rest = await mesh.admin().call(LIST_AUDIT, ListAuditEntriesRequest(page_size=2, page_token=first.next_page_token))

    entries = [*first.entries, *rest.entries]
    assert [entry.resource for entry in entries] == ["three", "two", "one"]
    entry = entries[0]
    assert (entry.actor, entry.action, entry.outcome, entry.correlation_id) == ("ann", "Cancel", "OK", "c")
    assert (entry.detail, entry.event_time) == ("why", FakeClock().now())


MANY = [
    AuditEntry(
        time=FakeClock().now() + timedelta(seconds=number),
        actor=("ann", "bob", "service:order")[number % 3],
        on_behalf_of="ann" if number % 3 == 2 else "",
        address=f"10.0.0.{number % 2}",
        session_id=f"s{number % 5}",
        action=("RefundOrder", "CancelOrder")[number % 2],
        resource=f"order/{number % 4}",
        outcome="OK" if number % 4 else "ORDER_NOT_FOUND",
        correlation_id=f"c{number}",
        detail="=cmd()",
        changes=[{"field": "status", "before": '"A"', "after": '"B"'}],
    )
    for number in range(30)
]
FILTERS: dict[str, tuple[dict[str, Any], Callable[[AuditEntry], bool]]] = {
    "actor": ({"actor": "bob"}, lambda entry: entry.actor == "bob"),
    "service": ({"actor": "service:order"}, lambda entry: entry.actor == "service:order"),
    "on behalf of": ({"on_behalf_of": "ann"}, lambda entry: entry.on_behalf_of == "ann"),
    "address": ({"address": "10.0.0.1"}, lambda entry: entry.address == "10.0.0.1"),
    "session": ({"session_id": "s3"}, lambda entry: entry.session_id == "s3"),
    "action": ({"action": "RefundOrder"}, lambda entry: entry.action == "RefundOrder"),
    "resource": ({"resource": "order/1"}, lambda entry: entry.resource == "order/1"),
    "outcome": ({"outcome": "ORDER_NOT_FOUND"}, lambda entry: entry.outcome == "ORDER_NOT_FOUND"),
    "call": ({"correlation_id": "c17"}, lambda entry: entry.correlation_id == "c17"),
    "failed": ({"failed_only": True}, lambda entry: entry.outcome != "OK"),
    "from": ({"start_time": MANY[20].time}, lambda entry: entry.time >= MANY[20].time),
    "until": ({"end_time": MANY[20].time}, lambda entry: entry.time < MANY[20].time),
    "several": (
        {"actor": "ann", "resource": "order/2", "action": "RefundOrder", "start_time": MANY[5].time},
        lambda entry: (entry.actor, entry.resource) == ("ann", "order/2") and entry.time >= MANY[5].time,
    ),
    "none": ({"actor": "nobody"}, lambda entry: False),
    "all": ({}, lambda entry: True),
}


@pytest.mark.parametrize("examined", [50_000, 4])
@pytest.mark.parametrize("name", FILTERS)
async def test_audit_entries_are_found_by_all_that_they_say(
    chassis_engine: AsyncEngine, mesh: Mesh, name: str, examined: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page by page, of which each examines at most four entries; and in an export."""
    monkeypatch.setattr(audit_entries, "MOST_EXAMINED", examined)
    # As from two replicas: not in the order of time.
    await SqlSink(chassis_engine, AUDIT_ENTRY)([*MANY[::2], *MANY[1::2]])
    given, is_wanted = FILTERS[name]
    request, listed, most = ListAuditEntriesRequest(page_size=3, **given), [], 0
    while True:
        page = await mesh.admin().call(LIST_AUDIT, request)
        listed += page.entries
        most = max(most, len(page.entries))
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token

    wanted = [entry.correlation_id for entry in reversed(MANY) if is_wanted(entry)]
    assert [entry.correlation_id for entry in listed] == wanted
    assert most <= 3
    parts = [part async for part in mesh.admin().stream(EXPORT_AUDIT, ExportAuditEntriesRequest(**given))]
    rows = list(csv.DictReader(io.StringIO(b"".join(part.data for part in parts).decode())))
    assert [row["correlation_id"] for row in rows] == wanted
    if wanted:
        assert (rows[0]["actor"], rows[0]["detail"]) == (listed[0].actor, "'=cmd()")
        assert json.loads(rows[0]["changes"]) == MANY[0].changes
        assert listed[0].changes == [FieldChange(field="status", before='"A"', after='"B"')]


async def test_a_token_is_for_its_filter_only(chassis_engine: AsyncEngine, mesh: Mesh) -> None:
    await SqlSink(chassis_engine, AUDIT_ENTRY)(MANY)
    page = await mesh.admin().call(LIST_AUDIT, ListAuditEntriesRequest(page_size=1, actor="ann"))

    with pytest.raises(InvalidArgument, match="another filter"):
        await mesh.admin().call(LIST_AUDIT, ListAuditEntriesRequest(actor="bob", page_token=page.next_page_token))


async def test_an_export_that_fails_says_so(
    chassis_engine: AsyncEngine, mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_entries, "_EXPORT_PAGE", 20)
    await SqlSink(chassis_engine, AUDIT_ENTRY)(MANY)
    pages, read = itertools.count(1), audit_entries.list_entries

    async def fails(*given: Any, **named: Any) -> Any:
        if next(pages) == 2:
            raise Unavailable("gone")
        return await read(*given, **named)

    monkeypatch.setattr(audit_entries, "list_entries", fails)
    lines: list[bytes] = []

    async def export() -> None:
        async for part in mesh.admin().stream(EXPORT_AUDIT, ExportAuditEntriesRequest()):
            lines.append(part.data)

    with pytest.raises(Unavailable):
        await export()

    assert len(b"".join(lines).splitlines()) == 1 + 20 + 1
    assert lines[-1].endswith(b"INCOMPLETE,UNAVAILABLE\r\n")


async def test_how_the_service_does(bench: Bench, chassis_engine: AsyncEngine, mesh: Mesh) -> None:
    await bench.given("DEAD", "k-1")
    await bench.given("READY", "k-2")
    async with make_sessions(chassis_engine)() as session:
        await insert_rows(session, OUTBOX, event_rows([an_event(1), an_event(2)]))
        stats = await mesh.admin().call(GET_STATS, GetStatsRequest())
        # As at midnight, from where on positions begin a day later.
        await session.execute(text("SELECT setval('outbox_position', last_value + 5662310400) FROM outbox_position"))
        at_midnight = await mesh.admin().call(GET_STATS, GetStatsRequest())
        depths = await QueueDepths(chassis_engine, None).read()

    assert at_midnight.outbox_pending == 2**31 - 1
    assert depths is not None
    assert depths.outbox == 2**31 - 1
    assert (stats.service, stats.start_time, stats.projection_lag) == (
        "order",
        FakeClock().now(),
        timedelta(milliseconds=12),
    )
    assert stats.jobs == {
        "JOB_STATE_DEAD": 1,
        "JOB_STATE_READY": 1,
        "JOB_STATE_RUNNING": 0,
        "JOB_STATE_DISCARDED": 0,
        "JOB_STATE_DONE": 0,
    }
    assert stats.outbox_pending == 2
    assert stats.figures["cache_hits"] == 7
    assert stats.figures["process_memory_bytes"] > 1_000_000
    assert stats.figures["process_cpu_seconds"] > 0
    assert stats.figures["write_connections_max"] >= stats.figures["write_connections_in_use"] >= 0


def test_a_figure_has_one_source() -> None:
    gauges = Gauges()
    gauges.add("hits", lambda: 1)
    with pytest.raises(ValueError, match="hits"):
        gauges.add("hits", lambda: 2)


def an_entry(resource: str, *, at: datetime | None = None) -> AuditEntry:
    return AuditEntry(
        time=at or FakeClock().now(),
        actor="ann",
        action="Cancel",
        resource=resource,
        outcome="OK",
        correlation_id="c",
        detail="why",
    )
