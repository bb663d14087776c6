"""The rpcs of this service: messages become calls of the provider, and answers become messages."""
