"""CheckAvailability: whether an order could be reserved now. It holds nothing."""

from __future__ import annotations

import asyncio

import pytest
from easyorder.inventory.v1 import AvailabilityQuery, CheckAvailabilityRequest, ReservationLine

from chassis.grpc.clients import Peer
from inventory_svc.commands.check_availability import Availability, CheckAvailability
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.domain.lines import Line
from tests.builders.product import a_product, an_item
from tests.conftest import DatabasesOf
from tests.inventory_svc.service import CHECK, running_replica
from tests.inventory_svc.shop import InMemoryShop, Pieces, Shop, SqlShop
from tests.mesh import SECRET, Tokens


def asks(*lines: tuple[int, int]) -> CheckAvailability:
    return CheckAvailability(lines=tuple(Line(item_id, quantity) for item_id, quantity in lines))


class CheckAvailabilityContract:
    async def test_what_is_there_is_available_and_is_not_held(self, shop: Shop) -> None:
        one, other = await shop.stocked(3, 5)
        await shop.send(shop.order((other, 2)))

        answer: Availability = await shop.send(asks((other.id, 3), (one.id, 3)))

        assert answer.available
        levels = [(level.product_item_id, level.sku, level.available, level.on_hand) for level in answer.levels]
        assert levels == [(one.id, one.sku, 3, 3), (other.id, other.sku, 3, 5)]
        assert await shop.of(one) == Pieces(on_hand=3)

    @pytest.mark.parametrize("quantities", [[4], [2, 2]], ids=["one line", "two lines of one item"])
    async def test_more_than_there_is_is_not_available(self, shop: Shop, quantities: list[int]) -> None:
        (item,) = await shop.stocked(3)

        answer = await shop.send(asks(*((item.id, quantity) for quantity in quantities)))

        assert not answer.available
        assert [level.available for level in answer.levels] == [3]

    async def test_one_line_that_is_not_there_is_enough(self, shop: Shop) -> None:
        plenty, none = await shop.stocked(9, 0)

        assert not (await shop.send(asks((plenty.id, 1), (none.id, 1)))).available

    async def test_what_can_be_waited_for_is_available(self, shop: Shop) -> None:
        (item,) = await shop.backorderable(1)

        assert (await shop.send(asks((item.id, 5)))).available
        assert await shop.of(item) == Pieces(on_hand=1)

    async def test_what_is_not_sold_is_not_available(self, shop: Shop) -> None:
        product = await shop.given(a_product(an_item(quantity=5), an_item(quantity=5, backorderable=True)))
        await shop.delete(product)

        for item in product.items:
            assert not (await shop.send(asks((item.id, 1)))).available
        unknown = await shop.send(asks((999, 1)))

        assert (unknown.available, unknown.levels) == (False, ())

    async def test_orders_of_a_batch_are_each_as_if_alone(self, shop: Shop) -> None:
        (item,) = await shop.stocked(3)

        answers = await asyncio.gather(*(shop.send(asks((item.id, quantity))) for quantity in (3, 4, 3)))

        assert [answer.available for answer in answers] == [True, False, True]


class TestInMemory(CheckAvailabilityContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(CheckAvailabilityContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop


async def test_the_orders_of_a_call_are_answered_in_their_order(databases_of: DatabasesOf) -> None:
    databases = await databases_of("inventory_svc")
    async with running_replica(databases, Tokens()) as replica:
        product = await replica.mediator.send(CreateProduct(product=a_product(an_item(quantity=3))))
        (item,) = product.items
        peer = Peer(f"127.0.0.1:{replica.server.port}", "order", SECRET)
        orders = [
            AvailabilityQuery(order_id=id, lines=[ReservationLine(product_item_id=item.id, quantity=quantity)])
            for id, quantity in ((7, 4), (5, 3))
        ]

        reply = await peer.call(CHECK, CheckAvailabilityRequest(orders=orders))
        await peer.close()

    assert [(result.order_id, result.available) for result in reply.results] == [(7, False), (5, True)]
    assert [(level.product_item_id, level.available) for level in reply.results[0].items] == [(item.id, 3)]
