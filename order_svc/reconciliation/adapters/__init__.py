"""Reads what each service has stored."""
