"""Reads, directly from the read database."""
