"""Ports met: SQL, gRPC."""
