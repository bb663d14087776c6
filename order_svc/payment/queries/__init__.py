"""What the ledger adds up to."""
