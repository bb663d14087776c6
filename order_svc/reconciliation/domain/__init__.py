"""What the services have stored of one order, and what differs in it."""
