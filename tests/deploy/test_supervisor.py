"""The supervisor restarts crashed programs with backoff and reports it; stopped programs stay stopped."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local.supervisor import Backoff, Process, Program, Watch
from tests.polling import eventually

AT_ONCE = Backoff(initial_s=0.01, max_s=0.02)
UNTIL_STOPPED = "import signal; print('running', flush=True); signal.pause()"
UNSTOPPABLE = (
    "import signal; signal.signal(15, signal.SIG_IGN); print('running', flush=True)\nwhile True: signal.pause()"
)


class Lines:
    """An Output that remembers."""

    def __init__(self) -> None:
        self.all: list[tuple[str, str]] = []

    def line(self, name: str, text: str) -> None:
        self.all.append((name, text))

    def said(self, name: str) -> list[str]:
        return [text for by, text in self.all if by == name]


def python(code: str, *, name: str = "worker", stop_grace_s: float = 5.0) -> Program:
    return Program(name=name, command=[sys.executable, "-c", code], stop_grace_s=stop_grace_s)


@pytest.fixture
def lines() -> Lines:
    return Lines()


async def running(process: Process, lines: Lines) -> int:
    """Starts it and waits for its first word; returns its pid."""
    await process.start()
    await eventually(lambda: "running" in lines.said("worker"))
    assert process.pid is not None
    return process.pid


async def test_every_line_comes_with_the_name_of_its_program(lines: Lines) -> None:
    process = Process(python("print('one'); print('two', file=__import__('sys').stderr)"), lines, backoff=Backoff(60))
    await process.start()

    await eventually(lambda: lines.said("mesh"))

    assert sorted(lines.said("worker")) == ["one", "two"]
    await process.stop()


async def test_a_line_that_is_too_long_does_not_silence_the_program(lines: Lines) -> None:
    process = Process(python("print('x' * 5_000_000); print('after')"), lines, backoff=Backoff(60))
    await process.start()

    await eventually(lambda: "after" in lines.said("worker"))

    await process.stop()


async def test_a_crashed_program_is_started_again_and_that_is_said(lines: Lines) -> None:
    process = Process(python(UNTIL_STOPPED), lines, backoff=AT_ONCE)
    first = await running(process, lines)

    os.kill(first, signal.SIGKILL)

    await eventually(lambda: lines.said("worker") == ["running", "running"])
    assert process.pid not in (None, first)
    assert process.crashes == 1
    assert lines.said("mesh") == ["worker was ended by SIGKILL; starting it again in 0.01 s"]
    await process.stop()


async def test_a_program_that_keeps_crashing_waits_longer_each_time(lines: Lines) -> None:
    process = Process(python("raise SystemExit(3)"), lines, backoff=AT_ONCE)
    await process.start()

    await eventually(lambda: process.crashes >= 3)

    await process.stop()
    assert lines.said("mesh")[:3] == [
        "worker ended with exit code 3; starting it again in 0.01 s",
        "worker ended with exit code 3; starting it again in 0.02 s",
        "worker ended with exit code 3; starting it again in 0.02 s",
    ]


def test_backoff_doubles_up_to_its_limit() -> None:
    backoff = Backoff(initial_s=0.5, max_s=30)

    assert [backoff.delay_s(n) for n in (1, 2, 3, 7, 1000)] == [0.5, 1, 2, 30, 30]


async def test_crashes_long_apart_do_not_add_up(lines: Lines) -> None:
    forgetful = Backoff(initial_s=0.01, max_s=30, forgotten_after_s=0)
    process = Process(python("raise SystemExit(3)"), lines, backoff=forgetful)
    await process.start()

    await eventually(lambda: process.crashes >= 3)

    await process.stop()
    assert {line.rpartition(" in ")[2] for line in lines.said("mesh")} == {"0.01 s"}


async def test_a_program_that_vanished_is_tried_again(lines: Lines, tmp_path: Path) -> None:
    script = tmp_path / "worker"
    script.write_text("#!/bin/sh\necho running\nexit 1\n", encoding="utf-8")
    script.chmod(0o755)
    process = Process(Program(name="worker", command=[str(script)]), lines, backoff=Backoff(0.1, 0.1))
    await process.start()
    script.rename(tmp_path / "elsewhere")

    await eventually(lambda: f"{script} cannot be run: No such file or directory" in lines.said("worker"))
    (tmp_path / "elsewhere").rename(script)

    await eventually(lambda: lines.said("worker").count("running") >= 2)
    await process.stop()


async def test_a_program_that_no_longer_answers_is_replaced(lines: Lines, tmp_path: Path) -> None:
    answering = tmp_path / "answering"
    answering.touch()

    asked = 0

    async def answers() -> bool:
        nonlocal asked
        asked += 1
        return answering.exists()

    program = Program(name="worker", command=[sys.executable, "-c", UNTIL_STOPPED], answers=answers)
    watch = Watch(silence_s=0.06, start_s=3600)
    process = Process(program, lines, backoff=AT_ONCE, watch=watch)
    frozen = await running(process, lines)
    await eventually(lambda: asked > 1)

    os.kill(frozen, signal.SIGSTOP)
    answering.unlink()

    await eventually(lambda: process.pid not in (None, frozen))
    assert lines.said("mesh")[0] == "worker does not answer any more; killing it"
    answering.touch()
    await process.stop()


async def test_a_program_has_time_to_start_before_it_must_answer(lines: Lines) -> None:
    asked = 0

    async def answers() -> bool:
        nonlocal asked
        asked += 1
        return False

    program = Program(name="worker", command=[sys.executable, "-c", UNTIL_STOPPED], answers=answers)
    process = Process(program, lines, backoff=AT_ONCE, watch=Watch(silence_s=0.06, start_s=3600))
    first = await running(process, lines)

    await eventually(lambda: asked > 20)

    assert process.pid == first
    await process.stop()


async def test_a_stopped_program_is_not_started_again(lines: Lines) -> None:
    process = Process(python(UNTIL_STOPPED), lines, backoff=AT_ONCE)
    pid = await running(process, lines)

    await process.stop()

    assert not psutil.pid_exists(pid)
    assert process.pid is None
    assert process.crashes == 0
    assert lines.said("mesh") == []


async def test_stop_ends_the_wait_for_the_next_start(lines: Lines) -> None:
    process = Process(python("raise SystemExit(1)"), lines, backoff=Backoff(initial_s=3600, max_s=3600))
    await process.start()
    await eventually(lambda: process.crashes == 1)

    await process.stop()

    assert process.pid is None


async def test_what_does_not_stop_in_time_is_killed(lines: Lines) -> None:
    process = Process(python(UNSTOPPABLE, stop_grace_s=0.1), lines)
    pid = await running(process, lines)

    await process.stop()

    assert not psutil.pid_exists(pid)
    assert lines.said("mesh") == ["worker does not stop within 0.1 s; killing it"]


async def test_what_is_to_be_done_before_a_stop_is_done_while_it_still_runs(lines: Lines) -> None:
    alive: list[bool] = []

    async def look() -> None:
        alive.append(process.pid is not None)

    program = Program(name="worker", command=[sys.executable, "-c", UNTIL_STOPPED], before_stop=look)
    process = Process(program, lines)
    await running(process, lines)

    await process.stop()

    assert alive == [True]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the scheduling policy is Linux's")
async def test_no_program_interrupts_another_when_it_wakes_up(lines: Lines) -> None:
    process = Process(python(UNTIL_STOPPED), lines)

    pid = await running(process, lines)

    assert os.sched_getscheduler(pid) == os.SCHED_BATCH
    await process.stop()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's parent death signal is Linux's")
async def test_nothing_outlives_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    supervisor = f"""
import asyncio, sys
from deploy.local.supervisor import Process, Program
from tests.deploy.test_supervisor import Lines
async def main():
    process = Process(Program(name="worker", command=[sys.executable, "-c", {UNTIL_STOPPED!r}]), Lines())
    await process.start()
    print(process.pid, flush=True)
    await asyncio.Event().wait()
asyncio.run(main())
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", supervisor]
    killed = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, env=environment)
    assert killed.stdout is not None
    pid = int(await killed.stdout.readline())
    assert psutil.pid_exists(pid)

    killed.kill()
    await killed.wait()

    await eventually(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
