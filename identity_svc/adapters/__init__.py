"""Adapters for the ports, with PostgreSQL, argon2id and JWT."""
