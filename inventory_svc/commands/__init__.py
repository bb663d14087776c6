"""One file per use case: a command and its handler."""
