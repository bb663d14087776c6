"""Orders, their payments, and the live hub."""
