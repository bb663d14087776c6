"""Authentication: callers are identified by verified tokens only, of users and of services."""
