"""What every service shares; knows no service."""

import sys

# structlog imports rich where it is installed, for tracebacks that no service shows: 5 MiB of every process.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog  # noqa: F401

    del sys.modules["rich"]
