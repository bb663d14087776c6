"""The Python client: what it does by itself, against a server whose answers the test chooses."""
