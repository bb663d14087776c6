"""What changes the sandbox's ledger, batch by batch."""
