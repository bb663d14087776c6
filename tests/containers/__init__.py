"""The images and compose.yaml, built and run without Docker's engine: see `make containers`."""
