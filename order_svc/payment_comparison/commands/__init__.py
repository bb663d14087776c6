"""The commands that begin comparisons, and their job."""
