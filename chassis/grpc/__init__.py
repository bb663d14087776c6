"""gRPC for every service: servers and clients built from the contract, with shared handling of each call."""
