"""One file for each use case: a frozen dataclass and its handler."""
