"""The commands that change the sandbox's ledger, in batches."""
