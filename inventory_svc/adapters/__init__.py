"""PostgreSQL and gRPC adapters for the ports of this service."""
