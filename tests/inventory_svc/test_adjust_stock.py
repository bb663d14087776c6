"""AdjustStock: counted, recorded with its reason, never below the held pieces, and once for each request."""

from __future__ import annotations

import asyncio

import pytest

from chassis.context import RequestContext, request_context
from chassis.errors import EtagMismatch, InvalidArgument, RequestIdReused
from inventory_svc.domain.errors import OutOfStock, ProductItemNotFound
from inventory_svc.domain.lines import MAX_ON_HAND
from tests.builders.product import an_item
from tests.fakes.chassis import request_key
from tests.inventory_svc.shop import InMemoryShop, Pieces, Shop, SqlShop


class AdjustStockContract:
    async def test_pieces_come_and_go(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)

        level = await shop.arrives(item, 3)
        assert (level.on_hand, level.available, level.sku, level.warehouse_location) == (8, 8, item.sku, "A-1")
        await shop.arrives(item, -6)

        assert await shop.of(item) == Pieces(on_hand=2, adjusted=-3)

    async def test_the_audit_says_why(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)

        with request_context(RequestContext()) as request:
            await shop.arrives(item, 3)

        assert request.audit_details == ["delivery"]

    async def test_what_is_held_stays(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        await shop.send(shop.order((item, 3)))

        with pytest.raises(OutOfStock) as refusal:
            await shop.arrives(item, -3)

        assert refusal.value.metadata == {"productItemId": str(item.id), "requested": "3", "available": "2"}
        assert await shop.of(item) == Pieces(on_hand=5, reserved=3)
        await shop.arrives(item, -2)
        assert await shop.of(item) == Pieces(on_hand=3, reserved=3, adjusted=-2)

    async def test_no_more_lies_there_than_can_be_shown(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)

        with pytest.raises(InvalidArgument) as refusal:
            await shop.arrives(item, MAX_ON_HAND - 4)

        assert [violation.field for violation in refusal.value.violations] == ["delta"]
        assert await shop.of(item) == Pieces(on_hand=5)
        await shop.arrives(item, MAX_ON_HAND - 5)

    async def test_an_unknown_item(self, shop: Shop) -> None:
        with pytest.raises(ProductItemNotFound) as refusal:
            await shop.arrives(an_item(), 1)

        assert [violation.field for violation in refusal.value.violations] == ["productItemId"]

    async def test_only_what_the_caller_has_seen_is_changed(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)
        seen = await shop.arrives(item, 1)
        await shop.send(shop.order((item, 1)))

        with pytest.raises(EtagMismatch) as refusal:
            await shop.arrives(item, 1, etag=seen.etag)

        assert (await shop.of(item)).adjusted == 1
        assert (await shop.arrives(item, 1, etag=refusal.value.metadata["etag"])).on_hand == 7
        now = await shop.arrives(item, 0)
        assert (await shop.arrives(item, 1, etag=now.etag)).on_hand == 8

    async def test_a_repeated_request_counts_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(5)

        levels = await asyncio.gather(
            *(shop.arrives(item, 3, request=request_key("r"), replica=n % 2) for n in range(6))
        )

        assert {level.on_hand for level in levels} == {8}
        assert await shop.of(item) == Pieces(on_hand=8, adjusted=3)
        with pytest.raises(RequestIdReused):
            await shop.arrives(item, 4, request=request_key("r", body="other"))

    async def test_adjustments_and_reservations_at_once(self, shop: Shop) -> None:
        (item,) = await shop.stocked(10)

        results = await asyncio.gather(
            *(shop.arrives(item, -1, replica=n % 2) for n in range(10)),
            *(shop.send(shop.order((item, 1)), replica=n % 2) for n in range(10)),
            return_exceptions=True,
        )

        refused = [result for result in results if isinstance(result, OutOfStock)]
        assert len(refused) == 10
        pieces = await shop.of(item)
        assert pieces.on_hand == pieces.reserved


class TestInMemory(AdjustStockContract):
    @pytest.fixture
    def shop(self, in_memory_shop: InMemoryShop) -> InMemoryShop:
        return in_memory_shop


class TestOnPostgres(AdjustStockContract):
    @pytest.fixture
    def shop(self, sql_shop: SqlShop) -> SqlShop:
        return sql_shop
