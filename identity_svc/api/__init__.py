"""The rpcs of this service: requests become commands and queries, results become responses."""
