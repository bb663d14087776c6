"""The code that all services share; it depends on none of them."""

import sys

# structlog imports rich if it is installed, for tracebacks that no service prints: 5 MiB per process.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog  # noqa: F401

    del sys.modules["rich"]
