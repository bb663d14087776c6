"""The ports of this service on PostgreSQL."""
