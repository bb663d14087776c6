"""Closed-loop load: each client sends its next call after the reply to the last one. wrk sends JSON, h2load gRPC."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import struct
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
DEBIAN_PACKAGES = {"wrk": "wrk", "h2load": "nghttp2-client"}


class Missing(Exception):
    """A required program is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """The generator's result: the number of answered calls, the seconds of the run, and the latencies."""

    seconds: float
    answered: int
    failed: int
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @property
    def per_s(self) -> float:
        return self.answered / self.seconds


def require_programs() -> None:
    """Raises Missing; the message names what to install."""
    missing = [package for program, package in DEBIAN_PACKAGES.items() if shutil.which(program) is None]
    if missing:
        raise Missing(f"the load comes from programs that are not here: apt-get install {' '.join(missing)}")


async def json_orders(
    url: str,
    *,
    clients: int,
    seconds: int,
    tokens: Sequence[str],
    baskets: Sequence[Sequence[Mapping[str, object]]],
    header: tuple[str, str],
) -> Load:
    """Orders by wrk, of the next basket for the next token's shopper each time."""
    bodies = [json.dumps(basket, separators=(",", ":")) for basket in baskets]
    how = {"clients": clients, "seconds": seconds}
    return await _wrk("order.lua", url, tokens=tokens, requests=bodies, header=header, **how)


async def json_reads(
    url: str, paths: Sequence[str], *, clients: int, seconds: int, tokens: Sequence[str], header: tuple[str, str]
) -> Load:
    """GETs of `paths` by wrk, with `tokens`, each in turns; without tokens the calls are anonymous."""
    how = {"clients": clients, "seconds": seconds}
    return await _wrk("paths.lua", url, tokens=tokens, requests=paths, header=header, **how)


async def _wrk(
    script: str,
    url: str,
    *,
    tokens: Sequence[str],
    requests: Sequence[str],
    header: tuple[str, str],
    clients: int,
    seconds: int,
) -> Load:
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "20s", "-s", str(HERE / script), url]
    with tempfile.TemporaryDirectory() as folder:
        for name, lines in (("tokens", tokens), ("requests", requests)):
            (Path(folder) / name).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        environment = {
            "BENCH_LUA": str(HERE / "common.lua"),
            "BENCH_FOLDER": folder,
            # Makes the ids of requests unique.
            "BENCH_RUN": uuid.uuid4().hex,
            "BENCH_HEADER": header[0],
            "BENCH_HEADER_VALUE": header[1],
        }
        said = await output(command, environment)
    return Load(**json.loads(said.splitlines()[-1]))


async def grpc_calls(
    url: str, method: str, message: bytes, *, clients: int, seconds: int, headers: Mapping[str, str]
) -> Load:
    """The same `message` again and again by h2load, one call at a time on each of `clients` connections."""
    with tempfile.NamedTemporaryFile() as body, tempfile.NamedTemporaryFile("r") as log:
        body.write(struct.pack(">BI", 0, len(message)) + message)
        body.flush()
        command = ["h2load", "-t1", f"-c{clients}", "-m1", f"-D{seconds}", "-d", body.name, f"--log-file={log.name}"]
        for name, value in {"content-type": "application/grpc", "te": "trailers", **headers}.items():
            command += ["-H", f"{name}: {value}"]
        await output([*command, url + method])
        # Time of sending (µs), HTTP status, latency (µs).
        calls = [line.split("\t") for line in log.read().splitlines()]
    took_ms = sorted(int(took) / 1000 for _, status, took in calls if status == "200")
    return Load(
        seconds=seconds,
        answered=len(took_ms),
        failed=len(calls) - len(took_ms),
        p50_ms=percentile(took_ms, 50),
        p95_ms=percentile(took_ms, 95),
        p99_ms=percentile(took_ms, 99),
    )


def percentile(ordered: Sequence[float], per_cent: int) -> float:
    """The percentile of values in ascending order; 0 without values."""
    return ordered[min(len(ordered) * per_cent // 100, len(ordered) - 1)] if ordered else 0.0


async def output(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """The output of a program. Raises RuntimeError when it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=os.environ | (environment or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        said = (await process.communicate())[0].decode()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed: {said[-2000:]}")
    return said
