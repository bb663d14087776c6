"""Providers, and the sandbox's ledger in PostgreSQL."""
