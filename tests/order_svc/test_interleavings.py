"""Under random interleavings of all operations, the invariants of the design (I1 to I6) hold at the end.

Shoppers create orders, once or several times at once with one request_id, whose cards are good, declined, flaky, down
or lose the provider's reply. They change orders, retry refused payments, and cancel; some orders wait for stock, which
arrives in small amounts. Many orders use codes with too few uses, and shared points. At the same time administrators
refund, edit and end codes, holds expire, and the services restart.
EASYORDER_TEST_INTERLEAVINGS [4] is the number of runs, all but the first for `make soak`; the test name has the seed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random
from typing import TypeVar

import pytest
from easyorder.google.type import Money
from easyorder.incentive.v1 import (
    CreateIncentiveRequest,
    DeactivateIncentiveRequest,
    Incentive,
    IncentiveKind,
    UpdateIncentiveRequest,
)
from easyorder.inventory.v1 import AdjustStockRequest
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    OrderLine,
    PaymentDetails,
    PaymentMethod,
    RefundOrderRequest,
    RetryPaymentRequest,
    UpdateOrderRequest,
)

from chassis.errors import AppError, Conflict, DeadlineExceeded, Kind, Unavailable
from chassis.grpc.clients import Client
from tests.conftest import DatabasesOf
from tests.e2e import invariants
from tests.inventory_svc.service import ADJUST_STOCK
from tests.order_svc.calls import (
    CANCEL,
    CREATE,
    CREATE_INCENTIVE,
    DEACTIVATE_INCENTIVE,
    REFUND,
    RETRY,
    UPDATE,
    UPDATE_INCENTIVE,
)
from tests.order_svc.whole_shop import PRICE, WholeShop, stocked, whole_shop
from tests.polling import eventually, some_time

RUNS = int(os.environ.get("EASYORDER_TEST_INTERLEAVINGS", "4"))
SHOPPERS = 30
LASTS_S = 1.5
SETTLED_WITHIN_S = 60
# Several shoppers are of one, and spend its points.
FAMILIES = ("family-1", "family-2", "family-3")
CARDS = (
    *["tok_ok"] * 3,
    *["tok_declined", "tok_flaky_1", "tok_flaky_2", "tok_lost_reply", "tok_slow_300", "tok_down"],
)
# A charge takes up to a third of a second, a lease to the end of it little more: both run out now and then.
QUICK = {
    "payment_backoff_initial_s": 0.1,
    "payment_max_attempts": 3,
    "payment_timeout_s": 0.5,
    "inventory_timeout_s": 1,
    "job_lease_s": 1.5,
    "reservation_reap_s": 0.1,
    "drain_grace_s": 0,
}
R = TypeVar("R")


class Chaos:
    """What happens in one run, as its seed says. The last of `items` is one that shoppers wait for."""

    def __init__(self, shop: WholeShop, random: Random, items: list[int], codes: list[Incentive]) -> None:
        self._shop = shop
        self._random = random
        self._items = items
        self._codes = codes
        self._admin = shop.client(shop.tokens.admin())
        self._warehouse = shop.client(shop.tokens.admin(), of="inventory")
        self.acknowledged: set[int] = set()

    async def happen(self) -> None:
        shoppers = [self._shopper(f"shopper-{n}") for n in range(SHOPPERS)]
        restarts = [self._restarts(name, self._random.choice([0, 1, 2])) for name in self._shop.services]
        await asyncio.gather(*shoppers, *restarts, self._deliveries(), self._campaign())

    async def save_points(self) -> None:
        """Every family has some to spend."""
        for name in FAMILIES:
            request = CreateOrderRequest(
                request_id="first",
                currency="USD",
                items=[OrderLine(product_item_id=self._items[0], quantity=5)],
                payment=PaymentDetails(method=PaymentMethod.CARD, token="tok_ok"),
            )
            await self._shop.client(self._shop.tokens.user(name)).call(CREATE, request, timeout_s=3)

    async def _campaign(self) -> None:
        """One code is worth less from some moment on, another is given no more."""
        edited, ended = self._codes[:2]
        await self._pause(2 * LASTS_S)
        less = replace(edited, value="5", etag="")
        await self._repeated(self._edit, self._warehouse, UpdateIncentiveRequest(id=edited.id, incentive=less))
        await self._pause(2 * LASTS_S)
        await self._repeated(self._end, self._warehouse, DeactivateIncentiveRequest(id=ended.id))

    async def _restarts(self, name: str, times: int) -> None:
        for _ in range(times):
            await self._pause(LASTS_S / 2)
            await self._shop.services[name].restart()

    async def _deliveries(self) -> None:
        # The last is enough for all that wait.
        for n, pieces in enumerate((2, 5, 3 * SHOPPERS)):
            await self._pause(LASTS_S)
            delivery = AdjustStockRequest(
                product_item_id=self._items[-1], delta=pieces, reason="delivery", request_id=f"delivery-{n}"
            )
            await self._repeated(self._deliver, self._warehouse, delivery)

    async def _shopper(self, name: str) -> None:
        client = self._shop.client(self._shop.tokens.user(self._random.choice([name, *FAMILIES])))
        order_id = await self._buy(name, client)
        if order_id is None:
            return
        self.acknowledged.add(order_id)
        changes, payments, refunds = (self._random.choice(counts) for counts in ([0, 1, 2, 3], [0, 1, 2], [0, 0, 1, 2]))
        happens: list[Awaitable[None]] = [
            *[self._change(client, f"{name}/change-{n}", order_id) for n in range(changes)],
            *[self._pay_again(client, f"{name}/again-{n}", order_id) for n in range(payments)],
            *[self._refund_some(f"{name}/refund-{n}", order_id) for n in range(refunds)],
            *[self._leave(client, order_id) for _ in range(self._random.random() < 0.4)],
        ]
        self._random.shuffle(happens)
        for it_happens in happens:
            await self._pause(LASTS_S / 2)
            await it_happens

    async def _buy(self, name: str, client: Client) -> int | None:
        request = CreateOrderRequest(
            request_id=name,
            currency="USD",
            items=self._some_items(),
            payment=PaymentDetails(method=PaymentMethod.CARD, token=self._random.choice(CARDS)),
            incentive_codes=self._some_codes(),
            loyalty_points=self._random.choice([0, 0, 300, 2500]),
        )
        await self._pause(LASTS_S / 2)
        copies = self._random.choice([1, 1, 2, 3])
        answers = await asyncio.gather(*[self._repeated(self._create, client, request) for _ in range(copies)])
        # A copy may be refused and a later one not: pieces come back.
        orders = {order_id for order_id in answers if order_id is not None}
        assert len(orders) <= 1, f"one request_id, several orders: {orders}"
        return orders.pop() if orders else None

    async def _change(self, client: Client, request_id: str, order_id: int) -> None:
        change = UpdateOrderRequest(id=order_id, items=self._some_items(), request_id=request_id)
        await self._repeated(self._update, client, change)

    async def _pay_again(self, client: Client, request_id: str, order_id: int) -> None:
        payment = PaymentDetails(method=PaymentMethod.CARD, token=self._random.choice(CARDS))
        request = RetryPaymentRequest(id=order_id, payment=payment, request_id=request_id)
        await self._repeated(self._retry_payment, client, request)

    async def _leave(self, client: Client, order_id: int) -> None:
        await self._repeated(self._cancel, client, CancelOrderRequest(id=order_id, reason="changed my mind"))

    async def _refund_some(self, request_id: str, order_id: int) -> None:
        amount = Money(currency_code="USD", units=PRICE) if self._random.random() < 0.7 else None
        refund = RefundOrderRequest(id=order_id, amount=amount, reason="broken", request_id=request_id)
        await self._repeated(self._refund, self._admin, refund)

    def _some_items(self) -> list[OrderLine]:
        # Most need not wait: who waits is neither charged nor changed meanwhile.
        within_reach = self._items if self._random.random() < 0.4 else self._items[:-1]
        chosen = self._random.sample(within_reach, self._random.randint(1, len(within_reach)))
        return [OrderLine(product_item_id=item, quantity=self._random.randint(1, 3)) for item in chosen]

    def _some_codes(self) -> list[str]:
        chosen = self._random.sample(self._codes, self._random.choice([0, 1, 1, 2]))
        return [incentive.code for incentive in chosen]

    async def _create(self, client: Client, request: CreateOrderRequest) -> int | None:
        try:
            return (await client.call(CREATE, request, timeout_s=3)).id
        except AppError as error:
            if error.reason in {"OUT_OF_STOCK", "INCENTIVE_INVALID"}:
                return None
            raise

    async def _cancel(self, client: Client, request: CancelOrderRequest) -> None:
        try:
            await client.call(CANCEL, request, timeout_s=3)
        except AppError as error:
            # Too late: the card was refused, or all the money went back.
            if error.reason != "ILLEGAL_TRANSITION":
                raise

    async def _update(self, client: Client, request: UpdateOrderRequest) -> None:
        try:
            await client.call(UPDATE, request, timeout_s=3)
        except AppError as error:
            # Paid or stopped, or it cannot be had, or a code is not for it.
            if error.kind is not Kind.FAILED_PRECONDITION:
                raise

    async def _retry_payment(self, client: Client, request: RetryPaymentRequest) -> None:
        try:
            await client.call(RETRY, request, timeout_s=3)
        except AppError as error:
            # Not refused, or sold out since.
            if error.kind is not Kind.FAILED_PRECONDITION:
                raise

    async def _deliver(self, client: Client, request: AdjustStockRequest) -> None:
        await client.call(ADJUST_STOCK, request, timeout_s=3)

    async def _edit(self, client: Client, request: UpdateIncentiveRequest) -> None:
        await client.call(UPDATE_INCENTIVE, request, timeout_s=3)

    async def _end(self, client: Client, request: DeactivateIncentiveRequest) -> None:
        await client.call(DEACTIVATE_INCENTIVE, request, timeout_s=3)

    async def _refund(self, client: Client, request: RefundOrderRequest) -> None:
        try:
            await client.call(REFUND, request, timeout_s=3)
        except AppError as error:
            # Not paid, or not so much.
            if error.kind is not Kind.FAILED_PRECONDITION:
                raise

    async def _repeated(
        self, call: Callable[[Client, R], Awaitable[int | None]], client: Client, request: R
    ) -> int | None:
        """Whoever gets no answer asks again."""
        for _ in range(50):
            try:
                return await call(client, request)
            except (Unavailable, DeadlineExceeded, Conflict):
                await self._pause(0.2)
        raise AssertionError(f"no answer to {request}")

    async def _pause(self, at_most_s: float) -> None:
        await some_time(self._random, at_most_s=at_most_s)


async def offered(shop: WholeShop, items: list[int]) -> list[Incentive]:
    """Codes that are good for some orders and not for others."""
    codes = [
        Incentive(code="PART", kind=IncentiveKind.PERCENT, value="33.3", max_uses=5),
        Incentive(
            code="FREE", kind=IncentiveKind.BUY_X_GET_Y, buy_quantity=2, get_quantity=1, product_item_ids=items[:2]
        ),
        Incentive(code="LESS", kind=IncentiveKind.AMOUNT, value="25.01", currency="USD", max_uses_per_user=3),
        Incentive(code="MORE", kind=IncentiveKind.PERCENT, value="7", min_total=Money(currency_code="USD", units=40)),
    ]
    client = shop.client(shop.tokens.admin(), of="inventory")
    requests = [CreateIncentiveRequest(incentive=replace(incentive, stackable=True)) for incentive in codes]
    return [await client.call(CREATE_INCENTIVE, request) for request in requests]


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.soak) for seed in range(1, RUNS))])
async def test_all_promises_hold_in_the_end(databases_of: DatabasesOf, seed: int) -> None:
    random = Random(seed)
    urls = {**await databases_of("inventory_svc"), **await databases_of("order_svc.payment")}
    urls |= await databases_of("order_svc")
    # Some holds end before their charge has, some never.
    hold_s = random.choice([0.2, 1, 900])
    # As many points as make a difference at these prices.
    async with whole_shop(urls, **QUICK, reservation_ttl_s=hold_s, loyalty_points_per_unit=100) as shop:
        # Of the first there is enough, of the others too little for all; the last is waited for.
        items = await stocked(shop, pieces=(1000, 60, 20, 1), backorderable={3})
        codes = await offered(shop, items)
        chaos = Chaos(shop, random, items, codes)
        await chaos.save_points()

        await chaos.happen()

        await eventually(lambda: invariants.at_rest(shop), timeout_s=SETTLED_WITHIN_S)
        await invariants.check(shop, chaos.acknowledged)
