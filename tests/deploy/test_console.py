"""What the terminal shows: the name before every line, colours only where they are wanted."""

from __future__ import annotations

import io

from deploy.local.console import PrefixedLines, show_where


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


def test_the_table_says_what_is_where() -> None:
    stream = io.StringIO()

    show_where(stream, {"JSON, gRPC, grpc-web": "http://127.0.0.1:8080"})

    assert "http://127.0.0.1:8080" in stream.getvalue()
