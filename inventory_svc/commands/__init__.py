"""One file per use case: a command and the handler that carries it out."""
