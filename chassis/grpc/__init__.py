"""gRPC for every service: servers and clients made from the contract, with everything around a call done once."""
