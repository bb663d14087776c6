"""The whole mesh on one machine: `python -m deploy.local up` and `python -m deploy.local demo`."""
