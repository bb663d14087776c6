"""Speed, always next to a limit that was measured in the same run."""
