"""The ids of orders in tests that have no database to keep the key."""

from __future__ import annotations

from order_svc.order_ids import OrderIds

IDS = OrderIds(bytes(16))
