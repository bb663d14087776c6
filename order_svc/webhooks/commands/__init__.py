"""One file for each change of a webhook."""
