"""What the chassis stands on, and what needs the standard library only: a watchdog, failpoints, clients' addresses."""
