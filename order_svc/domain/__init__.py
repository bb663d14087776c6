"""Orders, their rules, and the ports that their use cases need; no database, no gRPC."""
