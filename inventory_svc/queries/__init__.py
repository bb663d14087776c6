"""SQL straight at the read database."""
