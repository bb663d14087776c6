"""ProductService and InventoryService: maps messages to commands and queries, and results to messages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TypeVar

from easyorder.catalog.v1 import (
    CreateProductRequest,
    DeleteProductRequest,
    GetProductRequest,
    ListProductsRequest,
    ListProductsResponse,
    Product,
    UndeleteProductRequest,
    UpdateProductRequest,
)
from easyorder.inventory.v1 import (
    AdjustStockRequest,
    GetProductInventoryRequest,
    GetStockLevelRequest,
    InventoryEvent,
    ListStockLevelsRequest,
    ListStockLevelsResponse,
    ProductInventory,
    StockLevel,
    WatchInventoryRequest,
)

from chassis.context import current
from chassis.errors import PermissionDenied
from chassis.mediator import Mediator
from chassis.request_keys import request_key
from chassis.wire import Encoded, codec
from inventory_svc.api.catalogue_rules import PRODUCT_RULES, STOCK_RULES
from inventory_svc.commands.adjust_stock import AdjustStock
from inventory_svc.commands.create_product import CreateProduct
from inventory_svc.commands.delete_product import DeleteProduct
from inventory_svc.commands.undelete_product import UndeleteProduct
from inventory_svc.commands.uow import InventoryUow
from inventory_svc.messages.inventory import (
    availability_message,
    product_message,
    stock_level_message,
    update_product_command,
    wanted_product,
)
from inventory_svc.queries.product_pages import ProductPages
from inventory_svc.queries.products import PageRequest, ProductQueries
from inventory_svc.queries.stock import StockQueries
from inventory_svc.watch.stock_watch import StockWatch

R = TypeVar("R")


class ProductApi:
    """The rpcs of easyorder.catalog.v1.ProductService that this version implements."""

    rules = PRODUCT_RULES

    def __init__(self, mediator: Mediator[InventoryUow], queries: ProductQueries, pages: ProductPages) -> None:
        self._mediator = mediator
        self._queries = queries
        self._pages = pages

    async def create_product(self, request: CreateProductRequest) -> Product:
        assert request.product is not None  # the contract requires it
        command = CreateProduct(
            request=request_key(request, request.request_id, "CreateProduct"), product=wanted_product(request.product)
        )
        return product_message(await self._mediator.send(command))

    async def update_product(self, request: UpdateProductRequest) -> Product:
        command = update_product_command(request, request_key(request, request.request_id, "UpdateProduct"))
        return product_message(await self._mediator.send(command))

    async def delete_product(self, request: DeleteProductRequest) -> Product:
        key = request_key(request, request.request_id, "DeleteProduct")
        command = DeleteProduct(request=key, product_id=int(request.id), etag=request.etag)
        return product_message(await self._mediator.send(command))

    async def undelete_product(self, request: UndeleteProductRequest) -> Product:
        key = request_key(request, request.request_id, "UndeleteProduct")
        command = UndeleteProduct(request=key, product_id=int(request.id), etag=request.etag)
        return product_message(await self._mediator.send(command))

    async def get_product(self, request: GetProductRequest) -> Product:
        return product_message(await self._queries.get_product(int(request.id), currency=request.currency_code))

    async def list_products(self, request: ListProductsRequest) -> Encoded:
        if request.show_deleted and not current().caller.is_admin:
            raise PermissionDenied("only administrators see deleted products")
        wanted = PageRequest.of(
            page_number=request.page_number,
            page_size=request.page_size,
            query=request.query,
            page_token=request.page_token,
            currency=request.currency_code,
            with_deleted=request.show_deleted,
            filter=request.filter,
        )
        page = await self._pages.get(wanted)
        rest = ListProductsResponse(
            total_size=page.total,
            next_page_token=page.next_page_token,
            currency_code=request.currency_code,
            read_time=page.read_time,
        )
        # Concatenating serialised messages of one type merges them.
        return Encoded(page.products + codec(ListProductsResponse).encode(rest))


class InventoryApi:
    """The rpcs of easyorder.inventory.v1.InventoryService that this version implements."""

    rules = STOCK_RULES

    def __init__(
        self, mediator: Mediator[InventoryUow], queries: StockQueries, watch: StockWatch, *, low_stock: int
    ) -> None:
        self._mediator = mediator
        self._queries = queries
        self._watch = watch
        self._low_stock = low_stock

    async def get_product_inventory(self, request: GetProductInventoryRequest) -> ProductInventory:
        levels = await self._queries.get_product_inventory(int(request.product_id))
        stocks = [level.availability(low=self._low_stock) for level in levels]
        return ProductInventory(items=[availability_message(stock) for stock in stocks])

    async def get_stock_level(self, request: GetStockLevelRequest) -> StockLevel:
        return stock_level_message(await self._queries.get_stock_level(int(request.product_item_id)))

    async def list_stock_levels(self, request: ListStockLevelsRequest) -> ListStockLevelsResponse:
        product_id, size, token = int(request.product_id or 0), request.page_size, request.page_token
        threshold = request.low_stock_threshold
        if request.low_stock_only:
            threshold = self._low_stock if threshold is None else threshold
            page = await self._queries.list_low_stock(threshold, product_id, page_size=size, page_token=token)
        else:
            page = await self._queries.list_stock_levels(product_id, page_size=size, page_token=token)
        return ListStockLevelsResponse(
            stock_levels=[stock_level_message(level) for level in page.levels],
            next_page_token=page.next_page_token,
            read_time=page.read_time,
        )

    async def adjust_stock(self, request: AdjustStockRequest) -> StockLevel:
        command = AdjustStock(
            request=request_key(request, request.request_id, "AdjustStock"),
            product_item_id=int(request.product_item_id),
            delta=request.delta,
            reason=request.reason,
            etag=request.etag,
        )
        return stock_level_message(await self._mediator.send(command))

    def watch_inventory(self, request: WatchInventoryRequest) -> AsyncIterator[InventoryEvent]:
        return self._watch.watch(list(dict.fromkeys(map(int, request.product_item_ids))))
