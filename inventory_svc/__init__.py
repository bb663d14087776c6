"""Catalogue, stock and reservations: nothing is ever sold that is not there."""
