"""Stripe as a payment provider: its API, what we keep of our payments there, and its webhook."""
