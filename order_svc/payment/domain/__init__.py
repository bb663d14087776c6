"""Charges, refunds, the provider port, and the rules of the ledger."""
