"""The kinds of an order's events, as the outbox, the feed and the streams name them."""

from __future__ import annotations

ORDER_CREATED = "order_created"
ORDER_CREATED_WITH_INCENTIVE = "order_created_with_incentive"
ORDER_STATUS_CHANGED = "order_status_changed"
PAYMENT_ATTEMPT = "payment_attempt"
PAYMENT_REFUND = "payment_refund"
ADMIN_ALERT = "admin_alert"
INVENTORY_STATUS = "inventory_status"
# Their payload has the order as of the event.
CARRY_THE_ORDER = frozenset({ORDER_CREATED, ORDER_STATUS_CHANGED, PAYMENT_REFUND})
