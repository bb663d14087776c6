"""easyorder-client with real processes: a shopper's and an administrator's day, and what the client does by itself."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

import pytest
from easyorder_client import AsyncClient, Client, MemoryTokenStore, errors, reasons, to_decimal, to_money
from easyorder_client import messages as m

from tests.e2e.running_mesh import RunningMesh

PASSWORD = "untold Passw0rd!"


@pytest.fixture
def store() -> MemoryTokenStore:
    """The shopper's tokens."""
    return MemoryTokenStore()


@pytest.fixture
def shopper(mesh: RunningMesh, store: MemoryTokenStore) -> Iterator[Client]:
    email = f"{uuid.uuid4().hex}@example.com"
    with Client(mesh.url, tokens=store) as client:
        client.register(m.RegisterRequest(email=email, password=PASSWORD, display_name="A shopper"))
        client.login(email, PASSWORD)
        yield client


@pytest.fixture
def admin(mesh: RunningMesh) -> Iterator[Client]:
    with Client(mesh.url) as client:
        client.login("admin@example.com", "Admin123!")
        yield client


@pytest.fixture
def lamp(admin: Client) -> m.ProductItem:
    """Ten pieces of one item for 39.95 EUR."""
    item = m.ProductItem(sku=f"LAMP-{uuid.uuid4().hex[:8]}", quantity_on_hand=10)
    product = m.Product(name="Desk lamp", base_price=to_money("39.95", "EUR"), product_items=[item])
    [made] = admin.create_product(m.CreateProductRequest(product=product)).product_items
    return made


def order_of(item: m.ProductItem, quantity: int, token: str = "tok_ok") -> m.CreateOrderRequest:
    return m.CreateOrderRequest(
        currency_code="EUR",
        items=[m.OrderLine(product_item_id=item.id, quantity=quantity)],
        payment=m.PaymentDetails(method=m.PaymentMethod.CARD, token=token),
    )


def until_paid(shop: Client, order: m.Order) -> list[m.OrderEvent]:
    seen = []
    for event in shop.watch_order(m.WatchOrderRequest(id=order.id, after_sequence=0)):
        seen.append(event)
        if event.order_status_changed and event.order_status_changed.to_status is m.OrderStatus.PAID:
            return seen
    raise AssertionError(f"the stream ended after {seen}")


def test_orders_are_placed_watched_refunded_and_cancelled(shopper: Client, admin: Client, lamp: m.ProductItem) -> None:
    preview = shopper.preview_order(m.PreviewOrderRequest(currency_code="EUR", items=order_of(lamp, 2).items))
    placed = shopper.create_order(order_of(lamp, 2))
    seen = until_paid(shopper, placed)
    refund = m.RefundOrderRequest(id=placed.id, amount=to_money("5.00", "EUR"), reason="a scratch")
    refunded = admin.refund_order(refund)
    waiting = shopper.create_order(order_of(lamp, 1, "tok_down"))
    cancelled = shopper.cancel_order(m.CancelOrderRequest(id=waiting.id, reason="too slow"))

    assert preview.order is not None
    assert (
        to_decimal(preview.order.total_amount) == to_decimal(placed.total_amount) == to_decimal(to_money("79.9", "EUR"))
    )
    assert [event.sequence for event in seen] == [*range(1, len(seen) + 1)]
    assert [to_decimal(payback.amount) for payback in refunded.refunds] == [5]
    assert cancelled.status is m.OrderStatus.CANCELLED
    assert [order.id for order in shopper.list_orders(m.ListOrdersRequest(page_size=1))] == [waiting.id, placed.id]
    assert placed.id in {order.id for order in islice(admin.list_all_orders(), 50)}


def test_errors_are_of_the_class_of_their_reason(shopper: Client, lamp: m.ProductItem) -> None:
    with pytest.raises(reasons.OutOfStock) as short:
        shopper.create_order(order_of(lamp, 11))
    with pytest.raises(errors.InvalidArgument) as invalid:
        shopper.create_order(m.CreateOrderRequest())
    with pytest.raises(reasons.OrderNotFound):
        shopper.get_order(m.GetOrderRequest(id="0" * 32))
    with pytest.raises(errors.PermissionDenied):
        list(shopper.list_users())

    assert short.value.metadata == {"productItemId": lamp.id, "requested": "11", "available": "10"}
    assert {fault.field for fault in invalid.value.violations} >= {"items", "payment", "currencyCode"}
    assert list(shopper.list_orders()) == []


def test_a_call_that_is_repeated_takes_effect_once(shopper: Client, lamp: m.ProductItem) -> None:
    request = replace(order_of(lamp, 1), request_id=uuid.uuid4().hex)

    assert shopper.create_order(request).id == shopper.create_order(request).id
    assert shopper.create_order(order_of(lamp, 1)).id != shopper.create_order(order_of(lamp, 1)).id


def test_sessions_go_on_until_they_are_ended(shopper: Client, admin: Client, store: MemoryTokenStore) -> None:
    me = shopper.get_user(m.GetUserRequest(id="me"))
    first = store.load()
    assert first is not None

    store.save(replace(first, expires_at=0))
    with ThreadPoolExecutor(8) as threads:
        found = [*threads.map(lambda _: shopper.get_user(m.GetUserRequest(id="me")), range(8))]
    second = store.load()
    for roles in ([m.Role.USER, m.Role.ADMIN], [m.Role.USER]):
        admin.set_user_roles(m.SetUserRolesRequest(id=me.id, roles=roles))
    shopper.get_user(m.GetUserRequest(id="me"))  # with a token that was revoked
    third = store.load()
    shopper.logout()

    assert {user.id for user in found} == {me.id}
    assert second is not None
    assert third is not None
    assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
    with pytest.raises(errors.Unauthenticated):
        shopper.get_user(m.GetUserRequest(id="me"))


def test_administrators_see_all_services(admin: Client) -> None:
    today = datetime.now(UTC).date().isoformat()

    served = [admin.get_stats(m.GetStatsRequest(service=name)).service for name in ("identity", "inventory", "payment")]
    exported = b"".join(admin.export_orders(m.ExportOrdersRequest(start_date=today, end_date=today)))

    assert served == ["identity", "inventory", "payment"]
    assert exported.startswith(b"id,number,status,")
    assert next(iter(admin.list_audit_entries(m.ListAuditEntriesRequest(service="identity")))).action


async def test_a_stream_survives_a_restart(
    mesh: RunningMesh, shopper: Client, lamp: m.ProductItem, store: MemoryTokenStore
) -> None:
    order = shopper.create_order(order_of(lamp, 1, "tok_flaky_2"))
    seen: list[int] = []
    killed = 0

    async with AsyncClient(mesh.url, tokens=store) as watcher:
        request = m.WatchOrderRequest(id=order.id, after_sequence=0)
        async with aclosing(watcher.watch_order(request)) as events:
            async for event in events:
                seen.append(event.sequence)
                if event.order_status_changed and event.order_status_changed.to_status is m.OrderStatus.PAID:
                    break
                killed = killed or mesh.kill("order_svc")

    assert killed
    assert mesh.pid_of("order_svc") != killed
    assert seen == [*range(1, len(seen) + 1)]
