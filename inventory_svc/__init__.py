"""Catalogue, stock, reservations and incentives: never more is sold than is in stock."""
