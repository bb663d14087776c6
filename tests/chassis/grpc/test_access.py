"""The access rules of the contract, on a real socket, with every kind of caller and token."""

from __future__ import annotations

from dataclasses import replace

import pytest
from easyorder.catalog.v1 import ListProductsRequest, ListProductsResponse
from easyorder.internal.inventory.v1 import ReleaseRequest, ReleaseResponse
from easyorder.order.v1 import GetOrderRequest, GetOrderStatusRequest, GetOrderStatusResponse, ListAllOrdersRequest

from chassis import contract
from chassis.context import ANONYMOUS, Audience, Caller, current
from chassis.errors import PermissionDenied, TokenExpired, Unauthenticated, Unimplemented
from chassis.grpc.clients import rpc
from tests.chassis.grpc.orders import (
    AN_ORDER,
    AVAILABLE,
    CONFIRM_AVAILABILITY,
    CREATE_ORDER,
    GET_ORDER,
    LIST_ALL_ORDERS,
    ORDERS,
    OrderApi,
    orders,
)
from tests.mesh import Tokens, serving

CATALOG = "easyorder.catalog.v1.ProductService"
LIST_PRODUCTS = rpc(CATALOG, "ListProducts", ListProductsRequest, ListProductsResponse)


class Catalog:
    """Remembers who called its public method."""

    def __init__(self) -> None:
        self.callers: list[object] = []

    async def list_products(self, request: ListProductsRequest) -> ListProductsResponse:
        self.callers.append(current().caller)
        return ListProductsResponse()


async def test_a_shopper_may_do_what_shoppers_may() -> None:
    async with orders(api := OrderApi()) as mesh:
        order = await mesh.user("u1", teams=["t1"]).call(CREATE_ORDER, AN_ORDER)

    assert order.id == "7"
    assert (api.seen[0].caller.id, api.seen[0].caller.team_ids) == ("u1", ("t1",))


@pytest.mark.parametrize("wrong", Tokens().refused())
async def test_a_bad_token_is_refused_and_nothing_is_done(wrong: str) -> None:
    async with orders(api := OrderApi()) as mesh:
        with pytest.raises(TokenExpired if wrong == "expired" else Unauthenticated):
            await mesh.with_token(mesh.tokens.refused()[wrong]).call(CREATE_ORDER, AN_ORDER)

    assert api.seen == []


async def test_without_a_token_or_with_another_scheme_nothing_is_done() -> None:
    async with orders(api := OrderApi()) as mesh:
        with pytest.raises(Unauthenticated):
            await mesh.anonymous().call(CREATE_ORDER, AN_ORDER)
        with pytest.raises(Unauthenticated):
            await mesh.anonymous().call(CREATE_ORDER, AN_ORDER, extra=(("authorization", "Basic YTpi"),))

    assert api.seen == []


async def test_identity_headers_of_a_client_change_nothing() -> None:
    spoofed = (("x-user-id", "admin"), ("x-user-roles", "ADMIN"), ("x-easyorder-on-behalf-of", "admin"))
    async with orders(api := OrderApi()) as mesh:
        with pytest.raises(Unauthenticated):
            await mesh.anonymous().call(CREATE_ORDER, AN_ORDER, extra=spoofed)
        with pytest.raises(PermissionDenied):
            await mesh.user("u1").call(LIST_ALL_ORDERS, ListAllOrdersRequest(), extra=spoofed)
        await mesh.user("u1").call(CREATE_ORDER, AN_ORDER, extra=spoofed)

    assert [(seen.caller.id, seen.caller.is_admin, seen.on_behalf_of) for seen in api.seen] == [("u1", False, "")]


async def test_administrators_methods_are_for_administrators() -> None:
    async with orders(api := OrderApi()) as mesh:
        for refused in (mesh.user(), mesh.service("inventory")):
            with pytest.raises(PermissionDenied):
                await refused.call(LIST_ALL_ORDERS, ListAllOrdersRequest())
        assert api.seen == []

        await mesh.admin().call(LIST_ALL_ORDERS, ListAllOrdersRequest())

    assert api.seen[0].caller.is_admin


async def test_an_administrator_is_one_to_an_owned_method_only_where_it_lists_administrators(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = contract.methods()[GET_ORDER.full_name]
    assert (listed.access.owned, Audience.ADMIN in listed.access.allow) == (True, True)
    async with orders(api := OrderApi()) as mesh:
        await mesh.admin().call(GET_ORDER, GetOrderRequest(id="1"))

        unlisted = replace(listed, access=replace(listed.access, allow=frozenset({Audience.USER})))
        known = {**contract.methods(), GET_ORDER.full_name: unlisted}
        monkeypatch.setattr(contract, "methods", lambda: known)
        await mesh.admin().call(GET_ORDER, GetOrderRequest(id="1"))

    assert [seen.caller.is_admin for seen in api.seen] == [True, False]
    assert api.seen[0].caller.id == api.seen[1].caller.id


async def test_services_methods_are_for_services() -> None:
    async with orders(api := OrderApi()) as mesh:
        for refused in (mesh.user(), mesh.admin()):
            with pytest.raises(PermissionDenied):
                await refused.call(CONFIRM_AVAILABILITY, AVAILABLE)
        assert api.seen == []

        await mesh.service("inventory").call(CONFIRM_AVAILABILITY, AVAILABLE)

    assert api.seen[0].caller.id == "service:inventory"


async def test_a_public_method_needs_no_token_and_ignores_a_bad_one_but_knows_a_good_one() -> None:
    async with serving({CATALOG: (catalog := Catalog())}) as mesh:
        await mesh.anonymous().call(LIST_PRODUCTS, ListProductsRequest())
        await mesh.with_token(mesh.tokens.expired()).call(LIST_PRODUCTS, ListProductsRequest())
        await mesh.user("u1").call(LIST_PRODUCTS, ListProductsRequest())

    assert catalog.callers[:2] == [ANONYMOUS, ANONYMOUS]
    assert catalog.callers[2] == Caller.person("u1")


@pytest.mark.reaches("UNIMPLEMENTED")
async def test_what_is_not_built_yet_is_unimplemented_but_only_for_those_who_may_call_it() -> None:
    status = rpc(ORDERS, "GetOrderStatus", GetOrderStatusRequest, GetOrderStatusResponse)
    async with orders(OrderApi()) as mesh:
        with pytest.raises(Unimplemented):
            await mesh.user().call(status, GetOrderStatusRequest(id="1"))
        with pytest.raises(Unauthenticated):
            await mesh.anonymous().call(status, GetOrderStatusRequest(id="1"))


async def test_a_method_without_a_rule_is_closed_to_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    name = GET_ORDER.full_name
    ruleless = replace(contract.methods()[name], access=contract.Access(frozenset(), owned=False))
    known = {**contract.methods(), name: ruleless}
    monkeypatch.setattr(contract, "methods", lambda: known)
    async with orders(api := OrderApi()) as mesh:
        for caller in (mesh.user(), mesh.admin(), mesh.service("inventory")):
            with pytest.raises(PermissionDenied):
                await caller.call(GET_ORDER, GetOrderRequest(id="1"))

    assert api.seen == []


async def test_a_service_of_another_name_in_the_contract_is_not_served_here() -> None:
    release = rpc("easyorder.internal.inventory.v1.ReservationService", "Release", ReleaseRequest, ReleaseResponse)
    async with orders(OrderApi()) as mesh:
        with pytest.raises(Unimplemented):
            await mesh.service("inventory").call(release, ReleaseRequest())
