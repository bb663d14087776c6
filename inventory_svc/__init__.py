"""Catalogue, stock, reservations and incentives. Never sells more than is in stock."""
