"""Live streams to subscribers."""
