"""Points at which a process can be made to end as by kill -9, for tests of what happens then. Inert unless asked for.

`EASYORDER_FAILPOINT=name:nth` (several with commas): the process that passes the point for the nth time dies there and
leaves DATA_DIR/failpoints/name behind. While that file exists the point is spent, for whoever is started again and for
other replicas; removing it arms the point again.
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
    """The process passes the point `name`."""
    if name not in _NTH or (_SPENT / name).exists():
        return
    _passed[name] += 1
    if _passed[name] == _NTH[name]:
        _SPENT.mkdir(parents=True, exist_ok=True)
        (_SPENT / name).touch(exist_ok=False)
        os.kill(os.getpid(), signal.SIGKILL)
