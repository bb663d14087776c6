"""One file per use case that changes data."""
