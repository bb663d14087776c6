"""Queries on the read database."""
