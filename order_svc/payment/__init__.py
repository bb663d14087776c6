"""The payment process: charges and refunds by way of a provider, once each, however often it is asked."""
