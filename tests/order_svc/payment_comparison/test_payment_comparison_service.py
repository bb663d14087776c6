"""PaymentComparisonService on the wire: administrators read reports, page by page, and have a day compared."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from easyorder.google.type import Money
from easyorder.payment import v1

from chassis.errors import InvalidArgument
from chassis.grpc.clients import Client, rpc
from tests.builders.order import an_order
from tests.builders.order_ids import IDS
from tests.mesh import Mesh, serving
from tests.order_svc.payment_comparison.compared_shop import DAY, ComparedShop
from tests.order_svc.payment_comparison.test_differences import (
    a_charge_of_no_order,
    a_paid_order_without_a_charge,
    a_refund_by_hand,
)

SERVICE = "easyorder.payment.v1.PaymentComparisonService"
LIST = rpc(SERVICE, "ListPaymentComparisons", v1.ListPaymentComparisonsRequest, v1.ListPaymentComparisonsResponse)
DIFFERENCES = rpc(
    SERVICE, "ListPaymentDifferences", v1.ListPaymentDifferencesRequest, v1.ListPaymentDifferencesResponse
)
RUN = rpc(SERVICE, "RunPaymentComparison", v1.RunPaymentComparisonRequest, v1.PaymentComparison)


@pytest.fixture
async def mesh(shop: ComparedShop) -> AsyncIterator[Mesh]:
    async with serving({SERVICE: shop.process.comparisons.api}) as mesh:
        yield mesh


@pytest.fixture
def admin(mesh: Mesh) -> Client:
    return mesh.admin()


async def test_a_day_is_compared_once_for_each_request(shop: ComparedShop, admin: Client) -> None:
    order = await shop.given(an_order().paid(), agreed=False)
    request = v1.RunPaymentComparisonRequest(date=str(DAY), request_id="r-1")

    begun = await admin.call(RUN, request)

    assert (begun.date, begun.state, begun.end_time) == ("2026-01-01", v1.PaymentComparisonState.RUNNING, None)
    await shop.process.work()
    assert await admin.call(RUN, request) == begun
    [report] = (await admin.call(LIST, v1.ListPaymentComparisonsRequest())).payment_comparisons
    assert (report.state, report.difference_count, report.ledger_count) == (v1.PaymentComparisonState.DONE, 1, 1)
    [found] = (await admin.call(DIFFERENCES, v1.ListPaymentDifferencesRequest(date=str(DAY)))).payment_differences
    assert (found.kind, found.movement) == (v1.PaymentDifferenceKind.LEDGER_ONLY, v1.PaymentMovement.CHARGE)
    assert (found.order_id, found.ledger_amount) == (IDS.of_order(order.id), Money("USD", 20))
    assert (found.provider_id, found.provider_amount, found.provider_status) == ("", None, "")


async def test_lists_have_pages(shop: ComparedShop, admin: Client) -> None:
    for plant in (a_charge_of_no_order, a_refund_by_hand, a_paid_order_without_a_charge):
        await plant(shop)
    await shop.found()
    await shop.sql("INSERT INTO payment_comparison (day) SELECT DATE '2025-12-01' + n FROM generate_series(1, 4) AS n")

    kinds, days, token = [], [], ""
    while True:
        page = await admin.call(
            DIFFERENCES, v1.ListPaymentDifferencesRequest(date=str(DAY), page_size=2, page_token=token)
        )
        kinds += [one.kind for one in page.payment_differences]
        if not (token := page.next_page_token):
            break
    while True:
        listed = await admin.call(LIST, v1.ListPaymentComparisonsRequest(page_size=2, page_token=token))
        days += [one.date for one in listed.payment_comparisons]
        if not (token := listed.next_page_token):
            break

    only = v1.PaymentDifferenceKind
    assert kinds == [only.PROVIDER_ONLY, only.PROVIDER_ONLY, only.LEDGER_ONLY]
    assert days == ["2026-01-01", "2025-12-05", "2025-12-04", "2025-12-03", "2025-12-02"]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-01-02", "2024-01-01"])
async def test_a_day_that_cannot_be_compared_is_refused(shop: ComparedShop, admin: Client, day: str) -> None:
    with pytest.raises(InvalidArgument) as refusal:
        await admin.call(RUN, v1.RunPaymentComparisonRequest(date=day))

    assert [fault.field for fault in refusal.value.violations] == ["date"]
    assert await shop.jobs() == []


async def test_tokens_of_another_day_are_refused(shop: ComparedShop, admin: Client) -> None:
    for _ in range(2):
        await a_charge_of_no_order(shop)
    await shop.found()
    page = await admin.call(DIFFERENCES, v1.ListPaymentDifferencesRequest(date=str(DAY), page_size=1))

    for request in (
        v1.ListPaymentDifferencesRequest(date="2025-12-31", page_token=page.next_page_token),
        v1.ListPaymentDifferencesRequest(date=str(DAY), page_token="x"),
    ):
        with pytest.raises(InvalidArgument):
            await admin.call(DIFFERENCES, request)
    with pytest.raises(InvalidArgument):
        await admin.call(LIST, v1.ListPaymentComparisonsRequest(page_token=page.next_page_token))
