"""The commands that a page of the documentation shows, as a script, and the output that it shows for them."""

from __future__ import annotations

import re

BLOCK = re.compile(r"^```(?P<language>bash|python|text)\n(?P<code>.*?)^```$", re.M | re.S)
END = "=== end of a block ==="


def script_of(page: str) -> tuple[str, list[str | None]]:
    """The blocks in bash and python as one script, and what each has to print: the block of text after it, if any."""
    commands: list[str] = []
    expected: list[str | None] = []
    for block in BLOCK.finditer(page):
        if block["language"] == "text":
            expected[-1] = block["code"]
            continue
        code = block["code"] if block["language"] == "bash" else f"python - <<'PYTHON'\n{block['code']}PYTHON\n"
        commands.append(f"{code}\necho '{END}'\n")
        expected.append(None)
    return "set -eu\n" + "\n".join(commands), expected


def outputs(printed: str) -> list[str]:
    """What each block of a script printed."""
    return [output.strip() for output in printed.split(f"{END}\n")[:-1]]


def shown(text: str) -> re.Pattern[str]:
    """What a block of text shows: `…` stands for anything."""
    return re.compile(".*".join(map(re.escape, text.strip().split("…"))), re.S)
