"""What a charge, a refund and a provider are, and the rules of a ledger."""
