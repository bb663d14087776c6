"""The revisions convert the data of a released version."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.context import Caller
from chassis.db.tables import JOB
from deploy.schemas import schemas, upgrade
from inventory_svc.bootstrap import SERVICE
from order_svc.adapters.feed import Feed
from order_svc.domain.feed import FeedEnd
from tests.conftest import EngineAt

WRITE = next(schema.versions for schema in schemas("order_svc") if schema.database.endswith("_write"))
JOBS = """
INSERT INTO job (id, kind, key, payload, state, attempts, due_at)
SELECT number, 'charge', state, jsonb_build_object('order_id', 1, 'token', 'tok_ok'), state, 1, now()
FROM unnest(ARRAY['READY', 'RUNNING', 'DEAD', 'DONE', 'DISCARDED']) WITH ORDINALITY AS given(state, number)
UNION ALL SELECT 9, 'amend_stock', '1/1', jsonb_build_object('order_id', 1), 'READY', 0, now()
"""
WAITING_JOB = """
INSERT INTO job (id, kind, key, payload, state, attempts, due_at)
VALUES (:id, 'commit_stock', :key, '{}', :state, 1, now() + CAST(CAST(:wait AS text) AS interval))
"""
ORDERS = """
INSERT INTO orders (id, status, currency, placed_at, cancel_reason, sequence, revision, extra_order_id, created_on,
                    created_by, modified_on, modified_by)
SELECT id, status, 'USD', now(), '', 1, 0, 0, now(), 'ann', now(), 'ann'
FROM (VALUES (1, 'PENDING'), (2, 'CANCELLED')) AS given(id, status)
"""
PAYMENTS = """
INSERT INTO payment (id, order_id, transaction_id, method, status, amount, attempts, failure_reason, waiting_token,
                     refunded, created_on, created_by, modified_on, modified_by)
SELECT id, id, 't-' || id, 'CARD', 'PENDING', 1, 0, '', 'tok_ok', 0, now(), 'ann', now(), 'ann' FROM orders
"""
AN_ORDER = """
INSERT INTO orders (id, status, currency, placed_at, cancel_reason, sequence, revision, extra_order_id, created_on,
                    created_by, modified_on, modified_by)
VALUES (:id, :status, 'USD', now(), '', 1, 2, 0, now(), 'ann', now(), 'ann')
"""
ITS_PAYMENT = """
INSERT INTO payment (id, order_id, transaction_id, method, status, amount, attempts, failure_reason, waiting_token,
                     refunded, created_on, created_by, modified_on, modified_by)
VALUES (:id, :id, :transaction, :method, :paid, 40, 1, '', '', 30, now(), 'ann', now(), 'ann')
"""
ITS_JOB = """
INSERT INTO job (id, kind, key, payload, state, attempts, due_at, discard_reason)
VALUES (:id, :kind, :key, jsonb_build_object('order_id', CAST(:order_id AS bigint)), CAST(:state AS text), 1, now(),
        CASE CAST(:state AS text) WHEN 'DISCARDED' THEN 'by hand' END)
"""
SOLD, STOPPED = ("CONFIRMED", "PAID", "SHIPPED", "DELIVERED"), ("CANCELLED", "FAILED")

# Written in an order of their own, and published in another.
EVENTS = """
INSERT INTO outbox (position, kind, aggregate_id, sequence, owner, occurred_on, payload)
SELECT CASE WHEN number > 4 THEN NULL ELSE nextval('outbox_position') END, 'order_paid', number, 1, 'ann', now(), '{}'
FROM unnest(ARRAY[4, 1, 3, 2, 8, 7, 9, 6, 5]) AS given(number)
"""

# Two pieces for 0.05, for 0.15 and for 20.00, and three for 0.10.
ITEMS = """
INSERT INTO order_item (id, order_id, product_item_id, sku, name, quantity, unit_price, discount, returned, created_on,
                        created_by, modified_on, modified_by)
SELECT number, 1, number, '', '', quantity, 10, quantity * 10 - paid, returned, now(), 'ann', now(), 'ann'
FROM (VALUES (1, 2, 0.05, 1), (2, 2, 0.15, 1), (3, 2, 20.00, 2), (4, 3, 0.10, 2), (5, 2, 0.05, 0))
    AS given(number, quantity, paid, returned)
"""


@pytest.fixture
async def released(engine_at: EngineAt) -> AsyncEngine:
    """The write database of version 0.1.0."""
    return await engine_at(WRITE, "0001")


async def test_card_tokens_remain_only_where_they_are_needed(released: AsyncEngine) -> None:
    async with released.begin() as connection:
        for statement in (JOBS, ORDERS, PAYMENTS):
            await connection.execute(text(statement))

    await upgrade(released.url.render_as_string(hide_password=False), WRITE)

    async with released.connect() as connection:
        secrets = {row.key: row.secret for row in await connection.execute(text("SELECT key, secret FROM job"))}
        payloads = set(await connection.scalars(text("SELECT CAST(payload AS text) FROM job")))
        waiting = list(await connection.scalars(text("SELECT waiting_token FROM payment ORDER BY id")))
    needed = dict.fromkeys(("READY", "RUNNING", "DEAD"), "tok_ok")
    assert secrets == {**needed, "DONE": "", "DISCARDED": "", "1/1": None}
    assert payloads == {'{"order_id": 1}'}
    assert waiting == ["tok_ok", ""]


async def test_jobs_that_a_wrong_clock_put_off_are_due(released: AsyncEngine) -> None:
    due = {"READY": "2 hours", "RUNNING": "2 hours", "DONE": "2 hours", "soon": "50 minutes", "past": "-1 day"}
    async with released.begin() as connection:
        for number, (key, wait) in enumerate(due.items(), 1):
            values = {"id": number, "key": key, "state": key if key.isupper() else "READY", "wait": wait}
            await connection.execute(text(WAITING_JOB), values)

    await upgrade(released.url.render_as_string(hide_password=False), WRITE)

    async with released.connect() as connection:
        late = set(await connection.scalars(text("SELECT key FROM job WHERE due_at > now()")))
    assert late == {"DONE", "soon"}


async def test_events_that_were_not_published_come_after_those_that_were(released: AsyncEngine) -> None:
    async with released.begin() as connection:
        await connection.execute(text(EVENTS))

    await upgrade(released.url.render_as_string(hide_password=False), WRITE)

    assert [event.event.aggregate_id for event in await Feed(released).after(0)] == [4, 1, 3, 2, 8, 7, 9, 6, 5]
    end = await Feed(released).end()
    assert end == FeedEnd(first=1, decided=9, written=end.written)


async def test_events_are_kept_until_inventory_svc_says_that_it_has_them(released: AsyncEngine) -> None:
    async with released.begin() as connection:
        await connection.execute(text(EVENTS))
        await connection.execute(text("UPDATE outbox SET occurred_on = now() - interval '31 days'"))
    await upgrade(released.url.render_as_string(hide_password=False), WRITE)
    feed = Feed(released)

    await feed.purge(older_than=timedelta(days=30))
    assert [event.position for event in await feed.after(0)] == list(range(1, 10))

    # Under the name that its calls have, or the row of the migration would hold the purge up for ever.
    await feed.seen_by(Caller.service(SERVICE).id, 6)
    await feed.purge(older_than=timedelta(days=30))
    assert [event.position for event in await feed.after(0)] == [6, 7, 8, 9]


async def test_jobs_and_answers_of_before_name_the_supplementary_hold(released: AsyncEngine) -> None:
    payload, answer = '{"stock": {"extra_order_id": 77}}', '{"order": {}, "extra_order_id": 77}'
    async with released.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO job (id, kind, key, payload, state, attempts, due_at) "
                "VALUES (1, 'amend_stock', '1/1', CAST(:payload AS jsonb), 'READY', 0, now())"
            ),
            {"payload": payload},
        )
        await connection.execute(
            text("INSERT INTO idempotency_key (id, fingerprint, answer) VALUES ('k', 'f', :answer)"),
            {"answer": answer},
        )

    await upgrade(released.url.render_as_string(hide_password=False), WRITE)

    async with released.connect() as connection:
        stored = await connection.scalar(text("SELECT CAST(payload AS text) FROM job"))
        answered = await connection.scalar(text("SELECT answer FROM idempotency_key"))
    assert stored == payload.replace("extra_order_id", "supplementary_hold_id")
    assert answered == answer.replace("extra_order_id", "supplementary_hold_id").encode()


async def upgraded_jobs(released: AsyncEngine, given: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The jobs of 0.1.0 after the upgrade, each the only one of its order."""
    rest: dict[str, Any] = {"kind": "commit_stock", "of": "present", "method": "CARD", "paid": "PAID", "status": "PAID"}
    rows = []
    for number, case in enumerate(given, 1):
        row = {**rest, **case} | {"id": number, "order_id": number, "transaction": f"present-{number}"}
        rows.append(row | {"key": f"{number}/{row['of']}-{number}"})
    async with released.begin() as connection:
        for statement in (AN_ORDER, ITS_PAYMENT, ITS_JOB):
            await connection.execute(text(statement), rows)
    await upgrade(released.url.render_as_string(hide_password=False), WRITE)
    async with released.connect() as connection:
        return list(await connection.execute(select(JOB).order_by(JOB.c.id)))


async def test_sales_and_releases_of_before_name_their_attempt_or_end(released: AsyncEngine) -> None:
    names = ("kind", "status", "of", "state")
    kinds, states = ("commit_stock", "release_stock"), ("READY", "RUNNING", "DEAD", "DISCARDED", "DONE")
    product = itertools.product(kinds, SOLD + STOPPED, ("present", "earlier"), states)
    cases = [dict(zip(names, case, strict=True)) for case in product]

    for case, job in zip(cases, await upgraded_jobs(released, cases), strict=True):
        order = {"order_id": job.id}
        wanted = case["status"] in (SOLD if case["kind"] == "commit_stock" else STOPPED)
        if case["state"] == "DONE":
            assert (job.state, job.payload) == ("DONE", order)
        elif not wanted or case["of"] == "earlier":
            # An erased secret: RetryJob refuses it.
            assert (job.state, job.secret, job.lease_token, job.payload) == ("DISCARDED", "", None, order)
            assert job.discard_reason == ("by hand" if case["state"] == "DISCARDED" else job.discard_reason)
            assert job.discard_reason
        else:
            paid = {"paid": True} if case["kind"] == "commit_stock" else {}
            is_revived = (case["kind"], case["state"]) == ("commit_stock", "DISCARDED")
            error = "discarded in 0.1.0, but the stock is still to be sold: by hand"
            impossible = {"impossible": {"attempt": 2, "error": error}} if is_revived else {}
            named = {"revision": 2, "transaction_id": f"present-{job.id}"}
            assert job.payload == order | named | paid | impossible
            assert job.state == ("READY" if is_revived else case["state"])
            assert job.secret is None


@pytest.mark.parametrize(
    ("method", "payment", "is_paid"), [("CASH", "PENDING", False), ("CASH", "PAID", True), ("CARD", "PAID", True)]
)
async def test_the_sale_of_an_order_of_before_is_paid_if_its_order_is(
    released: AsyncEngine, method: str, payment: str, is_paid: bool
) -> None:
    case = {"state": "READY", "status": "SHIPPED", "method": method, "paid": payment}

    (job,) = await upgraded_jobs(released, [case])

    assert job.payload["paid"] is is_paid


async def test_returns_of_before_say_how_much_was_refunded(released: AsyncEngine) -> None:
    case = {"kind": "restock", "state": "READY"}

    (job,) = await upgraded_jobs(released, [case])

    assert job.payload == {"order_id": 1, "refunded": "30.00", "currency": "USD"}


async def test_pieces_that_were_returned_have_the_price_that_was_refunded(released: AsyncEngine) -> None:
    async with released.begin() as connection:
        for statement in (ORDERS, ITEMS):
            await connection.execute(text(statement))

    await upgrade(released.url.render_as_string(hide_password=False), WRITE)

    async with released.connect() as connection:
        prices = await connection.scalars(text("SELECT returned_price FROM order_item ORDER BY id"))
        assert [str(price) for price in prices] == ["0.02", "0.08", "20.00", "0.07", "0.00"]
