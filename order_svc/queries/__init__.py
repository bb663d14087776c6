"""Reads, straight at the read database."""
