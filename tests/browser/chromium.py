"""The Chromium of the system: Playwright's own would be another download."""

from __future__ import annotations

import os
import shutil

# As root, as in a container, Chromium refuses to run in its sandbox.
SWITCHES = ["--no-sandbox"] if os.geteuid() == 0 else []


def executable() -> str | None:
    """Its path, if it is installed."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
