"""Random commands in any order: after every step all counters add up and none is below zero."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from chassis.errors import AppError
from inventory_svc.commands.commit import Commit
from inventory_svc.commands.keep_reservation import KeepReservation
from inventory_svc.commands.release import Release
from inventory_svc.commands.reserve import Reserve
from inventory_svc.domain.lines import Line
from tests.builders.incentive import percent
from tests.builders.product import a_product, an_item
from tests.inventory_svc.shop import TTL, InMemoryShop, Shop, SqlShop

ITEMS = 3


class Books(RuleBasedStateMachine):
    """Commands at random; a refusal is as good as a success, as long as the books add up."""

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self.shop = self.open_shop(self._runner)

    @staticmethod
    def open_shop(runner: asyncio.Runner) -> Shop:
        raise NotImplementedError

    def teardown(self) -> None:
        if isinstance(self.shop, SqlShop):
            self._run(self.shop.close())
        self._runner.close()

    @initialize(quantities=st.lists(st.integers(0, 5), min_size=ITEMS, max_size=ITEMS))
    def stocked(self, quantities: list[int]) -> None:
        async def open_shop() -> None:
            # The last of them cannot be waited for.
            items = [an_item(quantity=count, backorderable=n < ITEMS - 1) for n, count in enumerate(quantities)]
            self.items = (await self.shop.given(a_product(*items))).items
            await self.shop.offered(percent("10", code="ONCE", max_uses=1))

        self._run(open_shop())

    @rule(
        target=orders,
        lines=st.dictionaries(st.integers(0, ITEMS - 1), st.integers(1, 4), min_size=1),
        code=st.booleans(),
        patient=st.booleans(),
    )
    def reserve(self, lines: dict[int, int], code: bool, patient: bool) -> Reserve:
        order = self.shop.order(*((self.items[item], quantity) for item, quantity in lines.items()))
        codes = ("ONCE",) if code else ()
        command = Reserve(
            order_id=order.order_id,
            request_key=order.request_key,
            user_id=order.user_id,
            currency=order.currency,
            lines=order.lines,
            incentive_codes=codes,
            no_backorder=not patient,
        )
        self._try(command)
        return command

    @rule(order=orders)
    def reserve_again(self, order: Reserve) -> None:
        self._try(order)

    @rule(order=orders, keep_prices=st.booleans())
    def re_reserve(self, order: Reserve, keep_prices: bool) -> None:
        self._try(
            Reserve(
                order_id=order.order_id,
                request_key=order.request_key,
                user_id=order.user_id,
                currency=order.currency,
                lines=tuple(Line(line.product_item_id, line.quantity) for line in order.lines),
                incentive_codes=order.incentive_codes,
                re_reserve=True,
                keep_prices=keep_prices,
            )
        )

    @rule(order=orders)
    def commit(self, order: Reserve) -> None:
        self._try(Commit(order_id=order.order_id))

    @rule(order=orders)
    def release(self, order: Reserve) -> None:
        self._try(Release(order_id=order.order_id))

    @rule(order=orders)
    def keep(self, order: Reserve) -> None:
        self._try(KeepReservation(order_id=order.order_id))

    @rule(item=st.integers(0, ITEMS - 1), delta=st.integers(-4, 6).filter(bool))
    def adjust(self, item: int, delta: int) -> None:
        async def adjust() -> None:
            with suppress(AppError):
                await self.shop.arrives(self.items[item], delta)
            await self.shop.check_invariants()

        self._run(adjust())

    @rule(share=st.sampled_from([0.5, 2]))
    def expire(self, share: float) -> None:
        async def expire() -> None:
            await self.shop.let_time_pass(TTL * share + timedelta(seconds=1))
            await self.shop.reap()
            await self.shop.check_invariants()

        self._run(expire())

    def _try(self, command: Any) -> None:
        async def attempt() -> None:
            with suppress(AppError):
                await self.shop.send(command)
            await self.shop.check_invariants()

        self._run(attempt())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._runner.run(work)


@pytest.mark.parametrize("examples", [15, pytest.param(100, marks=pytest.mark.soak)])
@pytest.mark.timeout(300)
def test_the_books_in_memory(examples: int) -> None:
    class InMemoryBooks(Books):
        @staticmethod
        def open_shop(runner: asyncio.Runner) -> Shop:
            return InMemoryShop()

    run_state_machine_as_test(InMemoryBooks, settings=settings(max_examples=examples, stateful_step_count=30))


@pytest.mark.parametrize("examples", [4, pytest.param(20, marks=pytest.mark.soak)])
@pytest.mark.timeout(300)
def test_the_books_on_postgres(write_url: str, examples: int) -> None:
    class SqlBooks(Books):
        @staticmethod
        def open_shop(runner: asyncio.Runner) -> Shop:
            async def opened() -> Shop:
                shop = SqlShop(write_url)
                await shop.clear()
                return shop

            return runner.run(opened())

    run_state_machine_as_test(
        SqlBooks,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )
