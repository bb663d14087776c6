"""The rpcs of this service: requests become calls of the provider, and results become responses."""
