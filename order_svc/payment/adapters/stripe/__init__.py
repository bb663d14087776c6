"""Stripe as a payment provider: its API, our records of payments there, and its webhook."""
