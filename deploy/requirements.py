"""Pins the requirements of pyproject.toml in requirements/: versions with hashes, for every supported Python.

    python -m deploy.requirements [--upgrade]

Without --upgrade, existing pins stay if pyproject.toml allows them.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = [
    "uv", "pip", "compile", "--no-config", "--generate-hashes", "--universal", "--python-version", "3.11",
    "--no-emit-index-url", "--no-header", "--quiet",
]  # fmt: skip
FILES = {
    "requirements/build.txt": ["requirements/build.in"],
    "requirements/runtime.txt": ["pyproject.toml"],
    "requirements/dev.txt": ["pyproject.toml", "--extra", "dev", "--constraint", "requirements/runtime.txt"],
    "requirements/fuzz.txt": ["requirements/fuzz.in"],
    "requirements/mutate.txt": ["requirements/mutate.in", "--constraint", "requirements/dev.txt"],
}


def main(options: list[str]) -> int:
    for output, sources in FILES.items():
        subprocess.run([*COMPILE, *sources, "--output-file", output, *options], cwd=ROOT, check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
