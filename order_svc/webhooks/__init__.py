"""Webhooks: events of orders for other systems, signed and sent at least once, in the order of each order."""
