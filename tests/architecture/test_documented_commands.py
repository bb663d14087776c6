"""What the documentation tells its readers to run is run by a test."""

from __future__ import annotations

import re

from tests.architecture.tracked import ROOT, files

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
# The pages whose blocks in bash and Python are run, and print what the page shows.
RUN = {
    "docs/clients.md": "tests/e2e/test_examples.py",
    "docs/command.md": "tests/e2e/test_command.py",
    "docs/operations.md": "tests/e2e/test_operations_page.py",
    "docs/guide": "tests/e2e/test_guides.py",
}
# A block in sh has settings, targets of make, what `make containers` runs, and what a test finds in its page by itself.
NEEDS_NO_RUN = re.compile(
    r"export (EASYORDER_\w+=\S+ ?)+|make \w+( +#.*)?|python3 -m http\.server .* examples/browser 8000"
    r"|podman-compose (run --rm -T --no-deps [a-z-]+|up -d --no-deps( postgres)?)"
)


def test_every_command_of_the_documentation_is_run() -> None:
    found = []
    for file in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *files("docs")]:
        if file.suffix == ".md":
            name = str(file.relative_to(ROOT))
            for language, code in BLOCK.findall(file.read_text(encoding="utf-8")):
                is_run = name in RUN or name.rpartition("/")[0] in RUN
                if language in ("bash", "python") and not is_run:
                    found.append(f"{name}: {code}")
                if language == "sh" and not all(map(NEEDS_NO_RUN.fullmatch, code.splitlines())):
                    found.append(f"{name}: {code}")

    assert found == []
    assert all((ROOT / test).exists() for test in RUN.values())
