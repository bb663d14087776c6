"""Bodies of requests as they may be sent, by method: a generator's own are `string` and 0.

A test compares each with its schema, and sends those of CREATES to a fresh shop.
"""

from __future__ import annotations

from edge.openapi.schemas import Json

_LAMP: Json = {
    "name": "Desk lamp",
    "description": "Bends, and stays bent.",
    "basePrice": {"currencyCode": "EUR", "units": "40", "nanos": 0},
    "productItems": [{"sku": "LAMP-1", "quantityOnHand": 10}],
}
_LINES: list[Json] = [{"productItemId": "1", "quantity": 2}]
_ORDER: Json = {
    "requestId": "9b2f6c1e-6f0a-4f0c-8a4e-5d3c5a1f7e21",
    "currencyCode": "EUR",
    "items": _LINES,
    "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
}
_CODE: Json = {"code": "TEN-OFF", "kind": "INCENTIVE_KIND_PERCENT", "value": "10"}
# In this order, they work in a shop that has just been started.
CREATES: dict[str, Json] = {
    "Register": {"email": "ada@example.com", "password": "Analytical-1", "displayName": "Ada"},
    "Login": {"email": "admin@example.com", "password": "Admin123!"},
    "CreateProduct": _LAMP,
    "CreateIncentive": _CODE,
    "CreateTeam": {"name": "Purchasing"},
    "CreateWebhook": {"url": "https://hooks.example.com/easyorder", "description": "Bookkeeping"},
}
EXAMPLES: dict[str, Json] = CREATES | {
    "CreateOrder": _ORDER,
    "PreviewOrder": {name: value for name, value in _ORDER.items() if name != "requestId"},
    "UpdateOrder": {"items": _LINES},
    "CancelOrder": {"reason": "Ordered twice"},
    "RetryPayment": {
        "requestId": "1d0c5d35-58bf-4d6a-94d4-0c9a5e7c1b42",
        "payment": {"method": "PAYMENT_METHOD_CARD", "token": "tok_ok"},
    },
    "RefundOrder": {
        "requestId": "c6a2d9b0-0a3b-4c55-9a55-6c5f0f1f3f10",
        "amount": {"currencyCode": "EUR", "units": "5", "nanos": 0},
        "reason": "A scratch",
    },
    "ShipOrder": {"shipment": {"carrier": "DHL", "trackingNumber": "JVGL0123456789"}},
    "AdjustStock": {"requestId": "7e0b2f6a-2f0e-4a43-8f0f-3e1a0a6b9d77", "delta": 5, "reason": "Delivery"},
    "UpdateProduct": {"name": "Desk lamp, bent"},
    "UpdateIncentive": {"value": "15"},
    "UpdateWebhook": {"description": "Bookkeeping and warehouse"},
    "RotateWebhookSecret": {"requestId": "2c1b7f0e-93d6-4a0c-8d1d-0f6a5b2c7e33"},
    "ReplayWebhookEvents": {"startTime": "2026-01-01T00:00:00Z"},
    "UpdateUser": {"displayName": "Ada L."},
    "ChangePassword": {"currentPassword": "Analytical-1", "newPassword": "Difference-2"},
    "SetUserRoles": {"roles": ["ROLE_USER", "ROLE_ADMIN"]},
    "AddTeamMember": {"userId": "1"},
    "RemoveTeamMember": {"userId": "1"},
    "RequestPasswordReset": {"email": "ada@example.com"},
}
