"""The rpcs of this service: messages become commands and queries, and answers become messages."""
