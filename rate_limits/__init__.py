"""Who may call what how often: the file that says so, and the count that each process keeps (ADR 0059)."""
