"""Orders, their payments, and their live streams."""
