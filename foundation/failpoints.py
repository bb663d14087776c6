"""Failpoints: tests can make a process end at a point as if by kill -9. Inert unless enabled.

With `EASYORDER_FAILPOINT=name:nth` (several separated by commas), the process ends when it passes the point for the nth
time, and leaves the file DATA_DIR/failpoints/name. While the file exists the point is disabled, also after a restart
and for other replicas; removing the file enables the point again.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

_SPENT = Path(os.environ.get("EASYORDER_DATA_DIR", ".data")) / "failpoints"
_ASKED = filter(None, os.environ.get("EASYORDER_FAILPOINT", "").split(","))
_NTH = {name: int(nth) for name, _, nth in (point.partition(":") for point in _ASKED)}
_passed = dict.fromkeys(_NTH, 0)


def reach(name: str) -> None:
    """Ends the process here if the failpoint `name` is due."""
    if name not in _NTH or (_SPENT / name).exists():
        return
    _passed[name] += 1
    if _passed[name] == _NTH[name]:
        _SPENT.mkdir(parents=True, exist_ok=True)
        (_SPENT / name).touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)
