"""inventory_svc as a process runs it, on ephemeral ports, with an identity that serves the keys of the test."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
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
from easyorder.identity.v1 import GetJwksRequest, Jwk, Jwks
from easyorder.internal.inventory.v1 import (
    CommitRequest,
    CommitResponse,
    ReleaseRequest,
    ReleaseResponse,
    ReserveRequest,
    ReserveResponse,
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

from chassis.grpc.clients import rpc
from inventory_svc.bootstrap import Service, build
from inventory_svc.config import InventorySettings
from tests.mesh import KID, SECRET, Mesh, Recorder, Tokens, running, service_keys, serving

_CATALOG, _INVENTORY = "easyorder.catalog.v1.ProductService", "easyorder.inventory.v1.InventoryService"
_RESERVATIONS = "easyorder.internal.inventory.v1.ReservationService"
CREATE_PRODUCT = rpc(_CATALOG, "CreateProduct", CreateProductRequest, Product)
UPDATE_PRODUCT = rpc(_CATALOG, "UpdateProduct", UpdateProductRequest, Product)
DELETE_PRODUCT = rpc(_CATALOG, "DeleteProduct", DeleteProductRequest, Product)
UNDELETE_PRODUCT = rpc(_CATALOG, "UndeleteProduct", UndeleteProductRequest, Product)
GET_PRODUCT = rpc(_CATALOG, "GetProduct", GetProductRequest, Product)
LIST_PRODUCTS = rpc(_CATALOG, "ListProducts", ListProductsRequest, ListProductsResponse)
GET_STOCK = rpc(_INVENTORY, "GetProductInventory", GetProductInventoryRequest, ProductInventory)
GET_STOCK_LEVEL = rpc(_INVENTORY, "GetStockLevel", GetStockLevelRequest, StockLevel)
LIST_STOCK = rpc(_INVENTORY, "ListStockLevels", ListStockLevelsRequest, ListStockLevelsResponse)
ADJUST_STOCK = rpc(_INVENTORY, "AdjustStock", AdjustStockRequest, StockLevel)
WATCH = rpc(_INVENTORY, "WatchInventory", WatchInventoryRequest, InventoryEvent)
RESERVE = rpc(_RESERVATIONS, "Reserve", ReserveRequest, ReserveResponse)
COMMIT = rpc(_RESERVATIONS, "Commit", CommitRequest, CommitResponse)
RELEASE = rpc(_RESERVATIONS, "Release", ReleaseRequest, ReleaseResponse)


class Identity:
    """Answers its keys, and nothing else."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def get_jwks(self, _request: GetJwksRequest) -> Jwks:
        key = (await self._tokens.keys())[KID].public_bytes(Encoding.Raw, PublicFormat.Raw)
        return Jwks(keys=[Jwk(kty="OKP", crv="Ed25519", kid=KID, x=urlsafe_b64encode(key).rstrip(b"=").decode())])


@asynccontextmanager
async def running_replica(databases: Mapping[str, str], tokens: Tokens, **settings: object) -> AsyncIterator[Service]:
    """One process of the service for the block; `settings` are fields of InventorySettings."""

    class Settings(InventorySettings):
        def database_url(self, name: str) -> str:
            return databases[name]

    async with serving({"easyorder.identity.v1.IdentityService": Identity(tokens)}, name="identity") as identity:
        wiring = {
            "identity_address": identity.address,
            "listen_address": "127.0.0.1:0",
            "mesh_secret": SECRET,
            "service_keys_dir": service_keys(),
            "jwks_file": None,
        }
        service = build(Settings.model_validate(wiring | settings))
        async with running(service.server):
            yield service


@asynccontextmanager
async def running_service(databases: Mapping[str, str], **settings: object) -> AsyncIterator[Mesh]:
    """The whole service for the block, and those who call it."""
    tokens = Tokens()
    async with running_replica(databases, tokens, **settings) as service:
        mesh = Mesh(service.server, tokens, Recorder(), Recorder())
        try:
            yield mesh
        finally:
            await mesh.close()
