"""A day is compared once by all replicas, goes on where a process was killed, and is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chassis.errors import InvalidArgument, Unavailable
from chassis.jobs import LeaseLost
from order_svc.payment_comparison.adapters.books import SqlLedger
from order_svc.reconciliation.domain.books import StoredOrder
from tests.builders.order import an_order
from tests.order_svc.payment_comparison.compared_shop import DAY, THE_NIGHT_AFTER, ComparedShop, killed, shown
from tests.order_svc.payment_comparison.test_differences import (
    a_charge_of_a_failed_order,
    a_charge_of_no_order,
    a_paid_order_without_a_charge,
    agreed_shop,
)

DAY_LONG = timedelta(days=1)


async def test_all_replicas_compare_a_day_once(shop: ComparedShop) -> None:
    replicas = [shop.process, shop.another_process(), shop.another_process()]

    for _ in range(3):
        await asyncio.gather(*(replica.plan() for replica in replicas))
        await asyncio.gather(*(replica.work() for replica in replicas))

    assert await shop.jobs() == [(f"{DAY}/1", "DONE")]
    assert [row.resource for row in await comparisons_audited(shop)] == [str(DAY)]


async def test_nothing_is_compared_before_the_hour(shop: ComparedShop) -> None:
    shop.clock.at = THE_NIGHT_AFTER.replace(hour=1, minute=59)
    await shop.process.plan()
    assert await shop.jobs() == []

    shop.clock.at = THE_NIGHT_AFTER.replace(hour=2)
    await shop.process.plan()
    assert [key for key, _ in await shop.jobs()] == [f"{DAY}/1"]


async def test_days_that_were_missed_are_compared_up_to_a_week_later(shop: ComparedShop) -> None:
    await shop.process.plan()
    shop.clock.at += 3 * DAY_LONG
    await shop.process.plan()
    assert [key for key, _ in await shop.jobs()] == [f"{DAY + number * DAY_LONG}/1" for number in range(4)]

    shop.clock.at += 30 * DAY_LONG
    await shop.process.plan()
    assert len(await shop.jobs()) == 4 + 7


async def test_a_comparison_by_hand_hides_no_day_that_was_missed(shop: ComparedShop) -> None:
    await shop.process.plan()
    shop.clock.at += 4 * DAY_LONG
    await shop.process.compare(DAY + 4 * DAY_LONG)

    await shop.process.plan()

    assert [key for key, _ in await shop.jobs()] == [f"{DAY + number * DAY_LONG}/1" for number in range(5)]


async def test_a_day_that_was_compared_before_its_night_is_compared_in_it_once(shop: ComparedShop) -> None:
    await shop.process.compare()
    await shop.process.work()
    await shop.sql("UPDATE payment_comparison SET started_at = '2026-01-02 01:59Z', finished_at = '2026-01-02 03:00Z'")

    for _ in range(2):
        await asyncio.gather(shop.process.plan(), shop.another_process().plan())
        await shop.process.work()

    assert await shop.jobs() == [(f"{DAY}/1", "DONE"), (f"{DAY}/2", "DONE")]


async def test_a_clock_that_is_ahead_begins_nothing_and_hides_nothing(shop: ComparedShop) -> None:
    await shop.found()
    now = datetime.now(UTC)
    shop.clock.at = now.replace(hour=3) + 3 * DAY_LONG
    await shop.process.plan()
    assert max(one.day for one in await shop.reports()) < now.date()

    # Of a process that was ahead before the database's clock was asked.
    await shop.sql("INSERT INTO payment_comparison (day, stage, finished_at) VALUES ('2026-02-01', 'DONE', now())")
    shop.clock.at = THE_NIGHT_AFTER + 2 * DAY_LONG
    await shop.process.plan()
    keys = [key for key, _ in await shop.jobs()]
    assert {f"{DAY + DAY_LONG}/1", f"{DAY + 2 * DAY_LONG}/1"} <= {*keys}
    assert await age_s(shop) == (2 * 24 + 3) * 3600


async def test_a_day_with_movements_in_transit_is_compared_again_in_the_next_night(shop: ComparedShop) -> None:
    await shop.process.plan()
    await shop.process.work()
    await shop.sql("UPDATE payment_comparison SET in_transit_count = 1")
    await shop.process.plan()
    assert await shop.jobs() == [(f"{DAY}/1", "DONE")]

    await shop.sql("UPDATE payment_comparison SET finished_at = finished_at - interval '1 day'")
    await asyncio.gather(shop.process.plan(), shop.another_process().plan())

    assert [key for key, _ in await shop.jobs()] == [f"{DAY}/1", f"{DAY}/2"]


async def test_a_day_with_movements_in_transit_stays_due_when_nights_are_missed(shop: ComparedShop) -> None:
    await shop.found()
    await shop.sql("UPDATE payment_comparison SET in_transit_count = 1, finished_at = finished_at - interval '1 day'")
    shop.clock.at += 30 * DAY_LONG

    await shop.process.plan()

    assert (f"{DAY}/2", "RUNNING") in await shop.jobs()


async def test_orders_are_loaded_by_pages_until_enough_are_to_be_asked_about(shop: ComparedShop) -> None:
    loaded, ledger = list[int](), SqlLedger(shop.engine)

    class Counted:
        moved = ledger.moved

        async def orders(self, order_ids: Collection[int]) -> Mapping[int, StoredOrder]:
            loaded.append(len(order_ids))
            return await ledger.orders(order_ids)

    for _ in range(7):
        await a_paid_order_without_a_charge(shop)
    shop.process.handler.ledger = Counted()

    assert len(await shop.found()) == 7
    assert sorted(loaded) == [0, 1, *[2] * 6]


async def test_an_age_is_shown_before_the_first_report(shop: ComparedShop) -> None:
    shop.clock.at += timedelta(hours=1)
    assert await age_s(shop) == 3600

    await shop.process.compare(DAY - DAY_LONG)
    await shop.process.compare()
    assert await age_s(shop) == (24 + 4) * 3600

    await shop.process.work()
    assert await age_s(shop) == 4 * 3600


async def test_a_kill_at_any_step_loses_nothing_and_counts_nothing_twice(shop: ComparedShop) -> None:
    await shop.given(an_order().paid())
    for plant in (a_charge_of_no_order, a_charge_of_a_failed_order, a_paid_order_without_a_charge):
        await plant(shop)
    shop.books.foreign = 4
    expected, undisturbed = await shop.found(), await shop.report()
    assert len(expected) == 3
    transactions = shop.process.transactions
    assert transactions > 15

    for nth in range(1, transactions + 1, 2):
        victim = shop.another_process()
        victim.killed_at = nth
        await victim.compare()
        await killed(victim.work())
        await shop.leases_end()
        await shop.process.work()

        assert [shown(one) for one in await shop.differences()] == expected, nth
        report = await shop.report()
        assert report.finished_at is not None
        for name in ("provider_count", "ledger_count", "foreign_count", "in_transit_count", "difference_count"):
            assert getattr(report, name) == getattr(undisturbed, name), (nth, name)


async def test_a_process_that_has_lost_its_lease_writes_nothing(shop: ComparedShop) -> None:
    await agreed_shop(shop)
    paused, goes_on = asyncio.Event(), asyncio.Event()

    async def pause() -> None:
        shop.books.pause = None
        paused.set()
        await goes_on.wait()

    shop.books.pause = pause
    await shop.process.compare()
    frozen = asyncio.create_task(shop.process.work())
    await paused.wait()
    await shop.leases_end()
    await shop.another_process().work()
    before = await shop.report()

    goes_on.set()
    with pytest.raises(LeaseLost):
        await frozen

    assert await shop.report() == before
    assert before.provider_count == 10


async def test_a_run_replaces_the_one_before_it(shop: ComparedShop) -> None:
    await agreed_shop(shop)
    first = shop.another_process()
    await first.compare()
    first.killed_at = 5
    await killed(first.work())
    await a_charge_of_no_order(shop)
    second = await shop.process.compare()
    await shop.sql("UPDATE job SET due_at = now() - interval '1 second' WHERE key = :key", key=f"{DAY}/1")

    await shop.another_process().work()

    assert await shop.report() == second
    await shop.process.work()
    assert await shop.jobs() == [(f"{DAY}/1", "DONE"), (f"{DAY}/2", "DONE")]
    assert len(await shop.differences()) == 1


async def test_a_provider_that_does_not_answer_leaves_the_report_as_it_is(shop: ComparedShop) -> None:
    await a_charge_of_no_order(shop)
    shop.books.fails = True
    await shop.process.compare()
    with pytest.raises(Unavailable):
        await shop.process.work()
    running = await shop.report()
    assert (running.provider_count, running.finished_at) == (0, None)

    shop.books.fails = False
    await shop.leases_end()
    await shop.process.work()

    assert len(await shop.differences()) == 1


async def test_a_day_takes_as_many_leases_as_it_needs(shop: ComparedShop) -> None:
    await agreed_shop(shop)
    # As if a step took as long as a lease.
    shop.process.handler.step_s = 20

    await shop.process.compare()

    assert await shop.process.work() > 8
    assert await shop.jobs() == [(f"{DAY}/1", "DONE")]


@pytest.mark.parametrize("differs", [True, False])
async def test_administrators_are_alerted_to_differences_and_the_audit_has_each_comparison(
    shop: ComparedShop, differs: bool
) -> None:
    await shop.given(an_order().paid())
    if differs:
        await a_charge_of_no_order(shop)

    await shop.found()

    [entry] = await comparisons_audited(shop)
    assert (entry.resource, entry.outcome) == (str(DAY), "PAYMENTS_DIFFER" if differs else "OK")
    assert f"{int(differs)} of {1 + int(differs)} movements" in entry.detail
    alerts = await shop.sql("SELECT payload FROM job WHERE kind = 'alert:mail'")
    assert len(alerts) == int(differs)
    assert (await gauges(shop))["easyorder_payment_differences"] == int(differs)
    assert await age_s(shop) == 3 * 3600


async def test_a_day_that_differs_is_told_until_it_is_mended_or_a_week_old(shop: ComparedShop) -> None:
    await a_charge_of_no_order(shop)
    await shop.found()
    # The next day does not differ.
    shop.clock.at += DAY_LONG
    await shop.process.compare(DAY + DAY_LONG)
    await shop.process.work()
    assert (await gauges(shop))["easyorder_payment_differences"] == 1

    shop.clock.at += 6 * DAY_LONG
    assert (await gauges(shop))["easyorder_payment_differences"] == 0


@pytest.mark.parametrize("day", [THE_NIGHT_AFTER.date(), DAY - timedelta(days=400)])
async def test_only_days_that_are_over_and_whose_report_is_kept_are_compared(shop: ComparedShop, day: date) -> None:
    with pytest.raises(InvalidArgument):
        await shop.process.compare(day)

    assert await shop.jobs() == []


async def test_reports_are_kept_for_400_days(shop: ComparedShop) -> None:
    await a_charge_of_no_order(shop)
    await shop.found()
    today = datetime.now(UTC).date()
    kept, over = today - 399 * DAY_LONG, today - 402 * DAY_LONG
    await shop.sql("INSERT INTO payment_comparison (day) VALUES (:kept), (:over)", kept=kept, over=over)
    await shop.sql(
        "INSERT INTO payment_difference SELECT of.* FROM payment_difference AS d, "
        "jsonb_populate_record(d, jsonb_build_object('day', CAST(:over AS text))) AS of",
        over=str(over),
    )

    # A clock that is wrong by years deletes nothing.
    shop.clock.at = datetime.now(UTC).replace(hour=3) + 800 * DAY_LONG
    await shop.process.plan()
    assert {kept, over, DAY} <= {one.day for one in await shop.reports()}

    shop.clock.at = datetime.now(UTC).replace(hour=3)
    await shop.process.plan()
    days = {one.day for one in await shop.reports()}
    assert {kept, DAY} <= days
    assert over not in days
    assert await shop.differences(over) == []


async def comparisons_audited(shop: ComparedShop) -> list[Any]:
    return list(await shop.sql("SELECT * FROM audit_entry WHERE action = 'ComparePayments' ORDER BY id"))


async def gauges(shop: ComparedShop) -> dict[str, float]:
    return {one.name: one.samples[0].value for one in await shop.process.comparisons.queries.collect()}


async def age_s(shop: ComparedShop) -> float:
    return (await gauges(shop))["easyorder_payment_comparison_age_seconds"]
