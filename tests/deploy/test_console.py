"""Terminal output: every line starts with the program's name, and colours are used only where wanted."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.console import PrefixedLines, Terminal, show_where

SHOW = """
import sys
from deploy.local.__main__ import replace_what_cannot_be_shown
from deploy.local.console import PrefixedLines, show_where
replace_what_cannot_be_shown()
PrefixedLines(sys.stdout).line('order', 'caf\\u00e9 \\u2192')
show_where(sys.stdout, {'Data': 'here \\u2192'})
"""


def test_a_line_stands_behind_its_name() -> None:
    stream = io.StringIO()

    PrefixedLines(stream, coloured=False).line("order", "serving")

    assert stream.getvalue() == "order      | serving\n"


def test_names_have_colours_of_their_own() -> None:
    stream = io.StringIO()
    lines = PrefixedLines(stream, coloured=True)

    for name in ("order", "edge", "order"):
        lines.line(name, "")

    first, second, third = stream.getvalue().splitlines()
    colour = [line.split("m")[0] for line in (first, second, third)]
    assert colour[0] == colour[2] != colour[1]
    assert first.endswith("\x1b[0m ")


def test_a_file_gets_no_colours() -> None:
    stream = io.StringIO()

    PrefixedLines(stream).line("order", "serving")

    assert "\x1b" not in stream.getvalue()


def test_the_end_of_the_reader_is_told_once_and_then_output_goes_nowhere() -> None:
    reading, writing = os.pipe()
    closings: list[None] = []
    with os.fdopen(writing, "w", encoding="utf-8") as stream:
        terminal = Terminal(stream, on_closed=lambda: closings.append(None))
        os.close(reading)

        for _ in range(3):
            PrefixedLines(terminal).line("order", "serving")
        show_where(terminal, {"Data": "here"})

    assert len(closings) == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_costs_lines_and_stops_nothing() -> None:
    closings: list[None] = []
    with open("/dev/full", "w", encoding="utf-8", buffering=1, closefd=True) as stream:
        terminal = Terminal(stream, on_closed=lambda: closings.append(None))

        for _ in range(3):
            PrefixedLines(terminal).line("order", "serving")

        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    assert closings == []


def test_what_a_terminal_cannot_show_is_replaced() -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONPATH": os.pathsep.join(sys.path)}

    said = subprocess.run([sys.executable, "-c", SHOW], env=os.environ | locale, capture_output=True, check=True).stdout

    assert b"order      | caf? ?" in said
    assert b"here ?" in said


def test_the_table_says_what_is_where() -> None:
    stream = io.StringIO()

    show_where(stream, {"JSON, gRPC, grpc-web": "http://127.0.0.1:8080"})

    assert "http://127.0.0.1:8080" in stream.getvalue()
