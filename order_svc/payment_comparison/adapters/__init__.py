"""Reports in PostgreSQL, and the books that are compared."""
