"""Movements of money, what they differ in, and the report of a day."""
