"""Implementations of the ports: SQL, gRPC."""
