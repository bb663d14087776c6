"""The payment process: charges and refunds through a provider, each at most once, however often requested."""
