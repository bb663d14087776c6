"""Alerts reach a real mail server and a real webhook; a broken receiver loses no alert and delays no other."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from random import Random

import pytest
from pydantic import ValidationError

from chassis import alert_channels
from chassis.alert_channels import MailChannel, WebhookChannel, channels_of
from chassis.alerts import Alert, Alerts, DeadLetters
from chassis.clock import SystemClock
from chassis.errors import Unavailable
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff, Job, JobResult, LeaseLost
from chassis.settings import MeshSettings
from tests.alert_servers import Mailbox, Receiver, mail_server, webhook_receiver
from tests.chassis.job_bench import InMemoryJobBench, SqlJobBench
from tests.chassis.job_contract import JobSeen, a_job, claimed
from tests.fakes.chassis import FakeClock, SilentChannel, leased
from tests.polling import eventually

SECRET = "shared with the receiver"
ALERT = Alert(
    key="payment/t-1/5", summary="payment of order 1\nwas given up", detail="no answer ä", at=FakeClock().now()
)


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as box:
        yield box


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as receiver:
        yield receiver


def mail(box: Mailbox) -> MailChannel:
    return MailChannel(box.url, sender="shop@example.com", to="ann@example.com, bob@example.com")


async def test_an_alert_comes_by_mail(mailbox: Mailbox) -> None:
    await mail(mailbox)("order", ALERT)

    (message,) = mailbox.messages
    assert message["To"] == "ann@example.com, bob@example.com"
    assert message["Subject"] == "[EasyOrder order] payment of order 1 was given up"
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "no answer ä" in body.decode()


async def test_mail_that_was_sent_twice_shows_that_it_is_the_same(mailbox: Mailbox) -> None:
    await mail(mailbox)("order", ALERT)
    await mail(mailbox)("order", ALERT)

    assert len({message["Message-ID"] for message in mailbox.messages}) == 1


async def test_a_mail_server_that_refuses_or_is_away_is_unavailable(mailbox: Mailbox) -> None:
    mailbox.refusal = "451 try later"
    with pytest.raises(Unavailable):
        await mail(mailbox)("order", ALERT)
    with pytest.raises(Unavailable):
        await MailChannel("smtp://127.0.0.1:1", sender="a@example.com", to="b@example.com")("order", ALERT)


async def test_servers_that_do_not_answer_are_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    monkeypatch.setattr(alert_channels, "_TIMEOUT_S", 0.2)
    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as silent:
        address = "{}:{}".format(*silent.sockets[0].getsockname())
        mail = MailChannel(f"smtp://{address}", sender="shop@example.com", to="ann@example.com")
        for channel in (mail, WebhookChannel(f"http://{address}/", "secret")):
            with pytest.raises(Unavailable):
                async with asyncio.timeout(5):
                    await channel("order", ALERT)


async def test_a_webhook_gets_what_happened_signed(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SystemClock, "now", lambda _: datetime.fromtimestamp(1_700_000_000.9, UTC))

    await WebhookChannel(receiver.url, SECRET)("order", ALERT)

    ((headers, body),) = receiver.requests
    mac = hmac.new(SECRET.encode(), b"1700000000." + body, hashlib.sha256).hexdigest()
    assert headers["x-easyorder-signature"] == f"t=1700000000,v1={mac}"
    assert json.loads(body) == {
        "key": "payment/t-1/5",
        "service": "order",
        "summary": ALERT.summary,
        "detail": "no answer ä",
        "time": "2026-01-01T00:00:00Z",
    }


@pytest.mark.parametrize("status", [500, 404, 302])
async def test_only_success_counts_as_received(receiver: Receiver, status: int) -> None:
    receiver.status = status
    with pytest.raises(Unavailable):
        await WebhookChannel(receiver.url, SECRET)("order", ALERT)


async def test_no_alert_is_lost_while_the_mail_server_is_broken_and_the_webhook_does_not_wait(
    mailbox: Mailbox, receiver: Receiver
) -> None:
    bench = InMemoryJobBench()
    alerts = Alerts("order", {"mail": mail(mailbox), "webhook": WebhookChannel(receiver.url, SECRET)})
    mailbox.refusal = "451 try later"
    await bench.write(*alerts.jobs(ALERT))
    # The second time it is known by its key.
    await bench.write(*alerts.jobs(ALERT))
    random = Random(1)
    runner = JobRunner(
        bench.store,
        alerts.handlers(),
        backoff=Backoff(initial_s=1, max_s=1, max_attempts=1, random=random),
        backoffs=alerts.backoffs(random),
        dead_letter=bench.dead_letter,
        service="order",
        tick_s=0.01,
    )
    await runner.start()
    runner.submit([leased(job) for job in bench.state.jobs])
    await eventually(lambda: receiver.requests)
    await eventually(lambda: bench.state.jobs[0].state == "READY")
    mailbox.refusal = ""
    bench.clock.advance(10)
    await eventually(lambda: mailbox.messages)
    await eventually(lambda: bench.state.jobs[0].state == "DONE")
    await runner.stop()

    assert len(mailbox.messages) == len(receiver.requests) == 1


def test_what_can_not_be_sent_does_not_start() -> None:
    with pytest.raises(ValidationError, match="SMTP_URL"):
        MeshSettings(alert_mail_to="ann@example.com")
    with pytest.raises(ValidationError, match="SECRET"):
        MeshSettings(alert_webhook_url="https://example.com")
    with pytest.raises(ValidationError, match="smtp_url"):
        channels_of(MeshSettings(alert_mail_to="ann@example.com", smtp_url="localhost"))  # type: ignore[arg-type]


def test_nothing_is_sent_unless_configured() -> None:
    assert channels_of(MeshSettings()) == {}
    assert Alerts("order", {}).jobs(ALERT) == []


@pytest.fixture(params=["fakes", "postgres"])
def bench(request: pytest.FixtureRequest) -> InMemoryJobBench | SqlJobBench:
    if request.param == "fakes":
        return InMemoryJobBench()
    return SqlJobBench(request.getfixturevalue("chassis_engine"))


async def dead_lettered(bench: InMemoryJobBench | SqlJobBench, kind: str) -> tuple[Job, list[str]]:
    """A job of that kind after its dead_letters, and what was published with it."""
    published: list[str] = []

    async def publish(job: Job, alert: Alert, uow: object) -> None:
        published.append(alert.summary)

    await bench.write(a_job(kind=kind, delay_s=1))
    await bench.elapse(1)
    (job,) = await claimed(bench, kind=kind)
    alerts = Alerts("order", {"mail": SilentChannel()})
    await DeadLetters(bench.open_uow, alerts, FakeClock(), publish=publish)(job, "hopeless")
    return job, published


async def test_a_job_that_is_given_up_alerts_with_it(bench: InMemoryJobBench | SqlJobBench) -> None:
    job, published = await dead_lettered(bench, "release")

    jobs = await bench.jobs()
    assert jobs["release", "k-1"] == JobSeen("DEAD", 1, "hopeless")
    assert jobs["alert:mail", f"job/{job.lease.job_id}/1"].state == "RUNNING"
    assert published == ["the job release k-1 was given up after 1 attempts"]
    if isinstance(bench, InMemoryJobBench):
        (entry,) = bench.state.audit
        assert (entry.action, entry.outcome, entry.detail) == ("GiveUpJob", "JOB_STATE_DEAD", "release k-1: hopeless")


async def test_an_alert_that_can_not_be_sent_raises_no_other(bench: InMemoryJobBench | SqlJobBench) -> None:
    _, published = await dead_lettered(bench, "alert:mail")

    assert await bench.jobs() == {("alert:mail", "k-1"): JobSeen("DEAD", 1, "hopeless")}
    assert published == []


async def test_who_lost_the_job_gives_nothing_up(bench: InMemoryJobBench | SqlJobBench) -> None:
    await bench.write(a_job(delay_s=1))
    await bench.elapse(1)
    (late,) = await claimed(bench)
    await bench.elapse(61)
    await claimed(bench)

    with pytest.raises(LeaseLost):
        await DeadLetters(bench.open_uow, Alerts("order", {"mail": SilentChannel()}), FakeClock())(late, "late")

    assert await bench.jobs() == {("charge", "k-1"): JobSeen("RUNNING", 2, None)}


async def test_the_runner_gives_a_job_up_with_an_alert(bench: InMemoryJobBench | SqlJobBench) -> None:
    async def fail(job: Job) -> JobResult:
        raise ValueError("broken")

    runner = JobRunner(
        bench.store,
        {"charge": fail},
        backoff=Backoff(initial_s=1, max_s=1, max_attempts=1, random=Random(1)),
        dead_letter=DeadLetters(bench.open_uow, Alerts("order", {"webhook": SilentChannel()}), FakeClock()),
        service="order",
        tick_s=0.01,
    )
    await bench.write(a_job(delay_s=0.01))
    await bench.elapse(1)
    await runner.start()

    async def alerted() -> bool:
        return any(kind == "alert:webhook" for kind, _ in await bench.jobs())

    await eventually(alerted)
    await runner.stop()
    assert (await bench.jobs())["charge", "k-1"].state == "DEAD"
