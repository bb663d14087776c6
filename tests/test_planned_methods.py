"""The contract and the CHANGELOG mark exactly the methods that this version does not serve."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chassis import contract
from edge.api import HealthApi, PortalApi
from identity_svc.api.identity import IdentityApi
from identity_svc.api.revocations import RevocationApi
from inventory_svc.api.incentives import IncentiveApi
from inventory_svc.api.inventory import InventoryApi, ProductApi
from inventory_svc.api.reservations import ReservationApi
from ops.api import OpsApi
from order_svc.api.feed import OrderFeedApi
from order_svc.api.order_stock import OrderStockApi
from order_svc.api.order_watch import OrderWatchApi
from order_svc.api.orders import OrderApi
from order_svc.api.payment_webhook import PaymentWebhookApi
from order_svc.payment.api.payments import PaymentApi
from order_svc.payment_comparison.api import PaymentComparisonApi
from order_svc.webhooks.api import WebhookApi

ROOT = Path(__file__).resolve().parent.parent
SERVICERS = {
    "catalog.v1.ProductService": ProductApi,
    "edge.v1.PortalService": PortalApi,
    "identity.v1.IdentityService": IdentityApi,
    "incentive.v1.IncentiveService": IncentiveApi,
    "inventory.v1.InventoryService": InventoryApi,
    "ops.v1.HealthService": HealthApi,
    "ops.v1.OpsService": OpsApi,
    "internal.identity.v1.RevocationService": RevocationApi,
    "internal.inventory.v1.ReservationService": ReservationApi,
    "internal.order.v1.OrderFeedService": OrderFeedApi,
    "internal.order.v1.OrderStockService": OrderStockApi,
    "order.v1.OrderWatchService": OrderWatchApi,
    "order.v1.OrderService": OrderApi,
    "internal.payment.v1.PaymentService": PaymentApi,
    "payment.v1.PaymentComparisonService": PaymentComparisonApi,
    "payment.v1.PaymentWebhookService": PaymentWebhookApi,
    "webhook.v1.WebhookService": WebhookApi,
}


@pytest.fixture
def said() -> set[str]:
    newest = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1]
    _, _, section = newest.partition("### Not in this version\n")
    return set(re.findall(r"`(\w+)`", section)) - {"IdentityService", "PortalService"}


def test_the_methods_that_are_not_served_are_marked(said: set[str]) -> None:
    lacking = {
        method.name
        for method in contract.methods().values()
        if not hasattr(SERVICERS[method.service.removeprefix("easyorder.")], method.snake_name)
    }

    assert {method.name for method in contract.methods().values() if method.access.planned} == lacking
    assert said == lacking
