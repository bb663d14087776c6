"""Shoppers, administrators and operators who act at the same time, on services that restart, as a seed says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from easyorder.common.v1 import OrderLine, PaymentMethod
from easyorder.google.type import Money
from easyorder.incentive.v1 import DeactivateIncentiveRequest, Incentive, UpdateIncentiveRequest
from easyorder.inventory.v1 import AdjustStockRequest
from easyorder.ops.v1 import JobState, ListJobsRequest, RetryJobRequest
from easyorder.order.v1 import (
    CancelOrderRequest,
    CreateOrderRequest,
    DeliverOrderRequest,
    GetOrderRequest,
    OrderStatus,
    PaymentDetails,
    RefundOrderRequest,
    RetryPaymentRequest,
    ShipOrderRequest,
    UpdateOrderRequest,
)

from chassis.errors import AppError, Conflict, DeadlineExceeded, Kind, RateLimited, Unavailable
from chassis.grpc.clients import Client, Rpc
from tests.inventory_svc.service import ADJUST_STOCK
from tests.order_svc.calls import (
    CANCEL,
    CREATE,
    DEACTIVATE_INCENTIVE,
    DELIVER,
    GET,
    LIST_JOBS,
    PARCEL,
    REFUND,
    RETRY,
    RETRY_JOB,
    SHIP,
    UPDATE,
    UPDATE_INCENTIVE,
)
from tests.order_svc.interleavings.records import Act, Life, Outcome
from tests.order_svc.whole_shop import WholeShop
from tests.polling import some_time

TIMEOUT_S = 3
_ANSWERED_WITHIN_S = 60
# Several shoppers are of one, and spend its points.
FAMILIES = ("family-1", "family-2", "family-3")
_CARDS = (
    *["tok_ok", "tok_slow_300"] * 3,
    *["tok_declined", "tok_declined", "tok_flaky_1", "tok_flaky_2", "tok_lost_reply", "tok_down"],
)
_METHODS = (*[PaymentMethod.CARD] * 5, PaymentMethod.PAYPAL, PaymentMethod.WALLET, *[PaymentMethod.CASH] * 2)
# The contract's limit of one item in an order.
_MOST = 1000
_BROKEN = ("easyorder_order_write", "easyorder_inventory_write", "easyorder_payment")
_END_ONE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' LIMIT 1
"""
# What an order in this status is ready for.
_FITTING: Mapping[OrderStatus, Sequence[str]] = {
    OrderStatus.PENDING: ["change", "change", "change", "leave"],
    OrderStatus.CONFIRMED: [*["change"] * 6, "ship", "ship", "leave"],
    OrderStatus.FAILED: ["pay"],
    OrderStatus.PAID: ["ship", "ship", "refund", "refund", "leave"],
    OrderStatus.SHIPPED: ["deliver", "refund"],
    OrderStatus.DELIVERED: ["refund"],
    OrderStatus.CANCELLED: ["refund", "pay"],
}
_NOT_NOW = {"ILLEGAL_TRANSITION"}
_NOT_TO_BE_HAD = {"OUT_OF_STOCK", "INCENTIVE_INVALID"}
_REUSED = {"REQUEST_ID_REUSED"}


class Chaos:
    """What happens in one run, with pauses that are parts of `lasts_s`.

    The first of `items` is plentiful, the last one that shoppers wait for.
    """

    def __init__(
        self,
        shop: WholeShop,
        random: Random,
        items: Sequence[int],
        codes: Sequence[Incentive],
        *,
        shoppers: int,
        lasts_s: float,
    ) -> None:
        self._shop = shop
        self._random = random
        self._shoppers = shoppers
        self._lasts_s = lasts_s
        self._items = items
        self._codes = codes
        self._admin = shop.client(shop.tokens.admin())
        self._warehouse = shop.client(shop.tokens.admin(), of="inventory")
        self._restarts: list[float] = []
        self._is_over = False
        self.lives: list[Life] = []
        # What shoppers gave up after a refusal, though an earlier attempt of theirs had no reply.
        self._doubtful: list[tuple[str, Act]] = []
        self.users = {*FAMILIES}
        self.delivered = 0

    @staticmethod
    def edited(code: Incentive) -> Incentive:
        return replace(code, value="5", etag="")

    async def happen(self) -> None:
        breaking = [self._breaking(database) for database in _BROKEN]
        restarting = [self._restarting(name, self._random.choice([0, 1, 2])) for name in self._shop.services]
        operators = [asyncio.create_task(self._operator(of)) for of in ("order", "inventory")]
        shoppers = [self._shopper(f"shopper-{number}") for number in range(self._shoppers)]
        await asyncio.gather(*shoppers, *restarting, *breaking, self._deliveries(), self._campaign())
        self._is_over = True
        await asyncio.gather(*operators)

    async def ask_again(self) -> None:
        """Shoppers who were refused after an attempt without a reply hear of the order that this attempt placed."""
        async with self._shop.database("easyorder_order_write") as database:
            keys = [row["id"] for row in await database.fetch("SELECT id FROM idempotency_key")]
        used = {key.rpartition("#")[2] for key in keys}
        for user, refused in self._doubtful:
            if refused.request.request_id not in used:
                continue
            client = self._shop.client(self._shop.tokens.user(user))
            answered = await self._ask(client, CREATE, refused.request, _REUSED)
            known = {life.order.id for life in self.lives}
            if answered.reply and answered.reply.id not in known:
                self.lives.append(Life(user=user, created=replace(answered, began=refused.began)))

    async def save_points(self) -> None:
        """Every family has some to spend."""
        for name in FAMILIES:
            request = CreateOrderRequest(
                request_id="first",
                currency_code="USD",
                items=[OrderLine(product_item_id=str(self._items[0]), quantity=5)],
                payment=PaymentDetails(method=PaymentMethod.CARD, token="tok_ok"),
            )
            placed = await self._ask(self._shop.client(self._shop.tokens.user(name)), CREATE, request, set())
            self.lives.append(Life(user=name, created=placed))

    async def _campaign(self) -> None:
        """One code is worth less from some moment on, another is given no more."""
        edited, ended = self._codes[:2]
        await self._pause(2 * self._lasts_s)
        change = UpdateIncentiveRequest(incentive=self.edited(edited), request_id="less")
        await self._ask(self._warehouse, UPDATE_INCENTIVE, change, set())
        await self._pause(2 * self._lasts_s)
        end = DeactivateIncentiveRequest(id=ended.id, request_id="end")
        await self._ask(self._warehouse, DEACTIVATE_INCENTIVE, end, set())

    async def _restarting(self, name: str, times: int) -> None:
        for _ in range(times):
            await self._pause(self._lasts_s / 2)
            self._restarts.append(self._now())
            await self._shop.services[name].restart()
            self._restarts.append(self._now())

    async def _breaking(self, database: str) -> None:
        """Ends a connection of the services, so that nobody knows whether its transaction was committed."""
        for _ in range(self._random.choice([0, 1, 3])):
            await self._pause(self._lasts_s)
            async with self._shop.database(database) as connection:
                await connection.execute(_END_ONE)

    async def _deliveries(self) -> None:
        # The last is enough for all that wait.
        for number, pieces in enumerate((2, 5, 4 * self._shoppers)):
            await self._pause(self._lasts_s)
            delivery = AdjustStockRequest(
                product_item_id=str(self._items[-1]), delta=pieces, reason="delivery", request_id=f"delivery-{number}"
            )
            await self._ask(self._warehouse, ADJUST_STOCK, delivery, set())
            self.delivered += pieces

    async def _operator(self, service: str) -> None:
        """Retries jobs, whatever state they are in; most may not be."""
        client = self._shop.client(self._shop.tokens.admin(), of=service)
        while not self._is_over:
            await self._pause(self._lasts_s / 10)
            state = self._random.choice([JobState.DISCARDED, JobState.READY, JobState.DONE, JobState.UNSPECIFIED])
            with suppress(Unavailable, DeadlineExceeded, RateLimited):
                listed = await client.call(LIST_JOBS, ListJobsRequest(state=state, page_size=50), timeout_s=TIMEOUT_S)
                if not listed.jobs:
                    continue
                job = self._random.choice(listed.jobs)
                try:
                    await client.call(RETRY_JOB, RetryJobRequest(id=job.id), timeout_s=TIMEOUT_S)
                except AppError as error:
                    if error.kind is not Kind.FAILED_PRECONDITION:
                        raise

    async def _shopper(self, name: str) -> None:
        user = self._random.choice([name, *FAMILIES])
        self.users.add(user)
        client = self._shop.client(self._shop.tokens.user(user))
        life = await self._buy(name, user, client) or await self._buy(f"{name}/plain", user, client, is_plain=True)
        if life is None:
            return
        self.lives.append(life)
        # Some things happen to an order at the same time.
        lanes = self._random.choice([1, 1, 2])
        await asyncio.gather(*[self._live(f"{name}/{lane}", client, life) for lane in range(lanes)])

    async def _live(self, name: str, client: Client, life: Life) -> None:
        """What happens is mostly what the order is ready for, as far as one can see."""
        happens = {
            "change": self._change,
            "change too much": self._change_too_much,
            "pay": self._pay_again,
            "leave": self._leave,
            "ship": self._ship,
            "deliver": self._deliver,
            "refund": self._refund,
        }
        for number in range(self._random.randint(2, 8)):
            await self._pause(self._lasts_s / 4)
            status = await self._status_of(client, life)
            if status is OrderStatus.CANCELLED and self._random.random() < 0.5:
                return
            fitting = _FITTING[status] if self._random.random() < 0.85 else [*happens]
            await happens[self._random.choice(fitting)](client, f"{name}/{number}", life)

    async def _status_of(self, client: Client, life: Life) -> OrderStatus:
        seen = await self._ask(client, GET, GetOrderRequest(id=life.order.id), set())
        assert seen.reply
        return OrderStatus(seen.reply.status)

    async def _buy(self, name: str, user: str, client: Client, *, is_plain: bool = False) -> Life | None:
        request = CreateOrderRequest(
            request_id=name,
            currency_code="USD",
            items=self._some_items(),
            payment=self._some_payment(),
            incentive_codes=[] if is_plain else self._some_codes(),
            loyalty_points=0 if is_plain else self._random.choice([0, 0, 300, 2500]),
        )
        await self._pause(self._lasts_s / 2)
        other = replace(
            request,
            payment=self._some_payment(),
            items=self._random.choice([request.items, request.items, self._some_items()]),
        )
        bodies = [request] * self._random.choice([1, 1, 2, 3]) + [other] * (self._random.random() < 0.4)
        acts = await self._at_once(client, CREATE, bodies, _NOT_TO_BE_HAD)
        done = [act for act in acts if act.is_done]
        # A copy may be refused and a later one not: pieces come back.
        assert len({act.reply.id for act in done if act.reply}) <= 1, f"one request_id, several orders: {acts}"
        assert len({str(act.request) for act in done}) <= 1, f"one request_id, two bodies: {acts}"
        if done:
            return Life(user=user, created=done[0])
        self._doubtful += [(user, act) for act in acts if act.outcome is Outcome.UNKNOWN]
        return None

    async def _change(self, client: Client, request_id: str, life: Life) -> None:
        etag = life.order.etag if self._random.random() < 0.1 else ""
        change = UpdateOrderRequest(id=life.order.id, items=self._some_items(), request_id=request_id, etag=etag)
        await self._act(
            life, client, UPDATE, change, _NOT_NOW | _NOT_TO_BE_HAD | {"ETAG_MISMATCH"}, items=self._some_items()
        )

    async def _change_too_much(self, client: Client, request_id: str, life: Life) -> None:
        lines = [OrderLine(product_item_id=str(self._items[0]), quantity=count) for count in (_MOST, 1)]
        change = UpdateOrderRequest(id=life.order.id, items=lines, request_id=request_id)
        refused = await self._ask(client, UPDATE, change, {"INVALID_ARGUMENT"})
        assert not refused.is_done, f"{_MOST + 1} pieces were accepted: {refused}"

    async def _pay_again(self, client: Client, request_id: str, life: Life) -> None:
        request = RetryPaymentRequest(id=life.order.id, payment=self._some_payment(), request_id=request_id)
        await self._act(life, client, RETRY, request, _NOT_NOW | _NOT_TO_BE_HAD, payment=self._some_payment())

    async def _leave(self, client: Client, request_id: str, life: Life) -> None:
        request = CancelOrderRequest(id=life.order.id, reason="changed my mind", request_id=request_id)
        # Too late: the card was refused, or all the money went back.
        await self._act(life, client, CANCEL, request, _NOT_NOW, reason="another reason")

    async def _ship(self, _client: Client, request_id: str, life: Life) -> None:
        request = ShipOrderRequest(id=life.order.id, shipment=PARCEL, request_id=request_id)
        # Its stock may be gone, if the hold ended before it was paid.
        await self._act(life, self._admin, SHIP, request, _NOT_NOW | _NOT_TO_BE_HAD)

    async def _deliver(self, _client: Client, request_id: str, life: Life) -> None:
        request = DeliverOrderRequest(id=life.order.id, request_id=request_id)
        await self._act(life, self._admin, DELIVER, request, _NOT_NOW)

    async def _refund(self, _client: Client, request_id: str, life: Life) -> None:
        def some() -> dict[str, Any]:
            chosen = self._random.random()
            if chosen < 0.4:
                return {"amount": Money(currency_code="USD", units=self._random.randint(0, 20), nanos=70_000_000)}
            if chosen < 0.8:
                of = self._random.choice(life.order.items)
                return {"items": [OrderLine(product_item_id=of.product_item_id, quantity=self._random.randint(1, 2))]}
            return {}

        request = RefundOrderRequest(id=life.order.id, reason="broken", request_id=request_id, **some())
        # Not paid, or not so much; a changed order does not have the item, or it came back before.
        may_be = {"REFUND_EXCEEDS_CHARGE", "INVALID_ARGUMENT"}
        await self._act(life, self._admin, REFUND, request, may_be, **{"amount": None, "items": []} | some())

    async def _act(
        self, life: Life, client: Client, method: Rpc[Any, Any], request: Any, may_be: set[str], **other: Any
    ) -> None:
        """Asks once, or several times at once; now and then also with `other` contents under the same request_id."""
        bodies = [request] * self._random.choice([1, 1, 1, 2])
        if other and self._random.random() < 0.15:
            bodies.append(replace(request, **other))
        life.acts += await self._at_once(client, method, bodies, may_be)

    async def _at_once(
        self, client: Client, method: Rpc[Any, Any], bodies: Sequence[Any], may_be: set[str]
    ) -> Sequence[Act]:
        """What became of each body; equal ones share their outcome."""
        allowed = may_be | (_REUSED if any(body != bodies[0] for body in bodies) else set())
        return await asyncio.gather(*[self._ask(client, method, body, allowed) for body in bodies])

    async def _ask(self, client: Client, method: Rpc[Any, Any], request: Any, may_be: set[str]) -> Act:
        """Asks again until there is a reply."""
        began, is_unknown = self._now(), False
        while self._now() < began + _ANSWERED_WITHIN_S:
            try:
                reply = await client.call(method, request, timeout_s=TIMEOUT_S)
                return Act(request=request, outcome=Outcome.DONE, began=began, ended=self._now(), reply=reply)
            except (Unavailable, DeadlineExceeded):
                is_unknown = True
            except (Conflict, RateLimited):
                pass
            except AppError as error:
                if error.reason not in may_be:
                    raise
                ended = self._now()
                # A call that meets a restart is repeated underneath.
                is_unknown |= any(began <= restart <= ended for restart in self._restarts)
                outcome = Outcome.UNKNOWN if is_unknown else Outcome.REFUSED
                return Act(request=request, outcome=outcome, began=began, ended=ended, reason=error.reason)
            await self._pause(0.2)
        raise AssertionError(f"no answer to {request}")

    def _some_items(self) -> list[OrderLine]:
        # Most need not wait: who waits is neither charged nor changed meanwhile.
        within_reach = self._items if self._random.random() < 0.4 else self._items[:-1]
        chosen = self._random.sample(within_reach, self._random.randint(1, len(within_reach)))
        lines = [OrderLine(product_item_id=str(item), quantity=self._random.randint(1, 3)) for item in chosen]
        if self._random.random() < 0.05:
            # As many as one order may have, in two lines.
            some = self._random.randint(1, _MOST - 1)
            lines = [line for line in lines if line.product_item_id != str(self._items[0])]
            lines += [OrderLine(product_item_id=str(self._items[0]), quantity=count) for count in (some, _MOST - some)]
        return lines

    def _some_payment(self) -> PaymentDetails:
        method = self._random.choice(_METHODS)
        return PaymentDetails(method=method, token="" if method is PaymentMethod.CASH else self._random.choice(_CARDS))

    def _some_codes(self) -> list[str]:
        chosen = self._random.sample(self._codes, self._random.choice([0, 0, 1, 1, 2]))
        return [incentive.code for incentive in chosen]

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    async def _pause(self, at_most_s: float) -> None:
        await some_time(self._random, at_most_s=at_most_s)
