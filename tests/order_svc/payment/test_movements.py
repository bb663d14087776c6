"""What the provider's own books have of a period: each charge and refund once, however many pages there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from order_svc.payment.domain.errors import ProviderUnavailable
from order_svc.payment.domain.provider import MovementKind, MovementState, PaymentProvider, ProviderMovement
from tests.fakes.payment import InMemoryIntents
from tests.fakes.stripe_api import Fault, StripeApiFake
from tests.order_svc.payment.builders import a_charge, a_refund, usd
from tests.order_svc.payment.conftest import Sandbox, Stripe

MIDNIGHT = datetime(2026, 11, 28, tzinfo=UTC)
LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
CHARGE, REFUND = MovementKind.CHARGE, MovementKind.REFUND


@pytest.fixture
def open_intents() -> object:
    intents = InMemoryIntents()
    return lambda: intents


async def everything(
    provider: PaymentProvider, start: datetime = LONG_AGO, end: datetime = FAR_AHEAD
) -> tuple[list[ProviderMovement], int]:
    """All movements of a period, and how many others there were."""
    found: list[ProviderMovement] = []
    page = await provider.movements(start, end, after="")
    foreign = page.foreign
    found += page.movements
    while page.next:
        page = await provider.movements(start, end, after=page.next)
        found += page.movements
        foreign += page.foreign
    return found, foreign


def keys(movements: list[ProviderMovement]) -> list[tuple[object, ...]]:
    return sorted((one.kind.name, one.transaction_id, one.refund_id, one.amount, one.order_id) for one in movements)


async def test_the_sandbox_lists_what_moved(sandbox: Sandbox) -> None:
    await sandbox.charge(a_charge("t-1", amount="10.99", order_id=7))
    await sandbox.charge(a_charge("t-2", "tok_declined"))
    await sandbox.refund(a_refund("r-1", "4.00"))
    await sandbox.refund(a_refund("r-2", transaction_id="t-3"))

    found, foreign = await everything(sandbox.provider)

    assert keys(found) == [("CHARGE", "t-1", "", usd("10.99"), 7), ("REFUND", "t-1", "r-1", usd("4.00"), 7)]
    assert foreign == 0


async def test_the_sandbox_lists_a_period_from_its_start_to_before_its_end(sandbox: Sandbox) -> None:
    await sandbox.charge(a_charge())
    [made], _ = await everything(sandbox.provider)
    at, moment = made.created_at, timedelta(microseconds=1)

    assert await everything(sandbox.provider, at, at + moment) == ([made], 0)
    assert await everything(sandbox.provider, at - moment, at) == ([], 0)


@pytest.mark.parametrize("open_ledger", ["memory"], indirect=True)
async def test_the_sandbox_lists_by_pages(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("order_svc.payment.adapters.sandbox._PAGE", 3)
    for number in range(7):
        await sandbox.charge(a_charge(f"t {number}"))
    await sandbox.refund(a_refund(transaction_id="t 2"))

    found, _ = await everything(sandbox.provider)

    assert [one.transaction_id for one in found if one.kind is CHARGE] == [f"t {number}" for number in range(7)]
    assert len(found) == 8


async def test_stripe_lists_what_moved_and_what_failed(stripe: Stripe) -> None:
    await stripe.charge(a_charge("t-1", "pm_ok", amount="10.99", order_id=7))
    await stripe.charge(a_charge("t-2", "pm_declined"))
    await stripe.refund(a_refund("r-1", "4.00"))

    found, foreign = await everything(stripe.provider)

    assert keys(found) == [
        ("CHARGE", "t-1", "", usd("10.99"), 7),
        ("CHARGE", "t-2", "", usd("10.00"), 1),
        ("REFUND", "t-1", "r-1", usd("4.00"), 7),
    ]
    states = {one.transaction_id: one.state for one in found if one.kind is CHARGE}
    assert states == {"t-1": MovementState.SUCCEEDED, "t-2": MovementState.FAILED}
    assert foreign == 0


async def test_a_refund_that_was_made_by_hand_names_its_charge_only(stripe: Stripe) -> None:
    await stripe.charge(a_charge("t-1", "pm_ok"))
    await stripe.refund(a_refund("r-1", "4.00"))
    [refund] = stripe.api.refunds.values()
    refund |= {"metadata": {}, "status": "pending"}

    found, _ = await everything(stripe.provider)

    [by_hand] = [one for one in found if one.kind is REFUND]
    assert (by_hand.transaction_id, by_hand.refund_id, by_hand.state) == ("t-1", "", MovementState.PENDING)


async def test_a_charge_is_what_was_captured_of_it(stripe: Stripe) -> None:
    await stripe.charge(a_charge("t-1", "pm_ok"))
    [made] = stripe.api.charges.values()
    made["amount_captured"] = 400

    [found], _ = await everything(stripe.provider)

    assert found.amount == usd("4.00")


async def test_what_other_programs_of_the_account_made_is_only_counted(stripe: Stripe) -> None:
    await stripe.charge(a_charge("t-1", "pm_ok"))
    another_charge(stripe.api, "ch_terminal", at=MIDNIGHT, currency="jpy", payment_intent=None)

    found, foreign = await everything(stripe.provider)

    assert [one.transaction_id for one in found] == ["t-1"]
    assert foreign == 1


async def test_stripe_lists_a_day_from_midnight_to_before_midnight(stripe: Stripe) -> None:
    await stripe.charge(a_charge("t-1", "pm_ok"))
    second, day = timedelta(seconds=1), timedelta(days=1)
    for name, at in {
        "before": MIDNIGHT - second,
        "first": MIDNIGHT,
        "last": MIDNIGHT + day - second,
        "after": MIDNIGHT + day,
    }.items():
        another_charge(stripe.api, f"ch_{name}", at=at)

    found, _ = await everything(stripe.provider, MIDNIGHT, MIDNIGHT + day)

    assert [one.id for one in found] == ["ch_last", "ch_first"]
    assert found[1].created_at == MIDNIGHT


async def test_pages_miss_nothing_and_have_nothing_twice_while_more_is_charged(stripe: Stripe) -> None:
    await stripe.charge(a_charge("t-1", "pm_ok"))
    for number in range(250):
        another_charge(stripe.api, f"ch_old_{number}", at=MIDNIGHT + timedelta(seconds=number // 3))
    stripe.api.requests.clear()

    first = await stripe.provider.movements(MIDNIGHT, FAR_AHEAD, after="")
    another_charge(stripe.api, "ch_meanwhile", at=MIDNIGHT + timedelta(days=1))
    found = list(first.movements)
    page = first
    while page.next:
        # Another process, which has what was kept of the page before.
        page = await stripe.replica().movements(MIDNIGHT, FAR_AHEAD, after=page.next)
        found += page.movements

    assert sorted(one.id for one in found if one.transaction_id == "t-1" and one.id.startswith("ch_old")) == sorted(
        f"ch_old_{number}" for number in range(250)
    )
    assert len({one.id for one in found}) == len(found) == 251
    assert stripe.api.requests == ["GET /v1/charges"] * 3 + ["GET /v1/refunds"]


@pytest.mark.parametrize("status", [401, 403, 429, 500])
async def test_a_list_without_an_answer_is_asked_for_again_later(stripe: Stripe, status: int) -> None:
    stripe.api.faults.append(Fault("/v1/charges", status=status))

    with pytest.raises(ProviderUnavailable):
        await stripe.provider.movements(LONG_AGO, FAR_AHEAD, after="")


async def test_a_place_in_the_list_that_is_gone_is_no_answer(stripe: Stripe) -> None:
    with pytest.raises(ProviderUnavailable):
        await stripe.provider.movements(LONG_AGO, FAR_AHEAD, after="charges ch_gone")


def another_charge(api: StripeApiFake, id: str, *, at: datetime, **changes: object) -> None:
    """Like the charge of the first intent."""
    [made, *_] = api.charges.values()
    api.charges[id] = {**made, "id": id, "created": int(at.timestamp()), **changes}
