"""A failpoint kills the process that passes it for the nth time, once, and only if it is enabled."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

PASSES_IT_FIVE_TIMES = """
from foundation.failpoints import reach
for n in range(5):
    print(n, flush=True)
    reach("here")
"""


def passes(data_dir: Path, failpoint: str) -> tuple[int, list[str]]:
    """How the process ends, and what it said until then."""
    asked = {"EASYORDER_FAILPOINT": failpoint} if failpoint else {}
    done = subprocess.run(
        [sys.executable, "-c", PASSES_IT_FIVE_TIMES],
        env={**os.environ, "EASYORDER_DATA_DIR": str(data_dir), **asked},
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout.split()


def test_nothing_happens_unless_asked_for(tmp_path: Path) -> None:
    assert passes(tmp_path, "") == (0, list("01234"))
    assert passes(tmp_path, "elsewhere:1") == (0, list("01234"))
    assert list(tmp_path.iterdir()) == []


def test_the_process_dies_there_and_the_next_one_goes_on(tmp_path: Path) -> None:
    assert passes(tmp_path, "elsewhere:1,here:3") == (-signal.SIGKILL, list("012"))
    assert passes(tmp_path, "elsewhere:1,here:3") == (0, list("01234"))


def test_it_can_be_armed_again(tmp_path: Path) -> None:
    passes(tmp_path, "here:3")

    (tmp_path / "failpoints" / "here").unlink()

    assert passes(tmp_path, "here:3") == (-signal.SIGKILL, list("012"))
