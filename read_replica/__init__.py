"""A streaming replica of a read database, for the queries."""
