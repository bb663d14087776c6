"""Images of containers, and what runs in them in addition to the services."""
