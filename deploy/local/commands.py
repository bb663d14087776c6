"""Short commands; none outlives the task that waits for it."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Mapping


async def output_of(*command: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Returns the exit code and the output. `environment` is added to that of this process."""
    process = await asyncio.create_subprocess_exec(
        *command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return process.returncode, said.decode(errors="replace")
