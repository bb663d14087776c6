"""The files that belong to the project: what git knows or, where there is no git, what is not made by running it."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MADE = {".git", ".venv", ".data", ".cache", ".hypothesis", ".mypy_cache", ".ruff_cache", ".pytest_cache", "__pycache__"}
MADE |= {".import_linter_cache", "build"}


def files(*under: str) -> list[Path]:
    """All files, or those below the folders given."""
    wanted = [ROOT / folder for folder in under] or [ROOT]
    return [path for path in _all() if path.is_file() and any(path.is_relative_to(folder) for folder in wanted)]


def _all() -> list[Path]:
    try:
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout
    except (OSError, subprocess.CalledProcessError):
        return [path for path in ROOT.rglob("*") if not MADE & set(path.relative_to(ROOT).parts)]
    return [ROOT / name for name in names.split("\0") if name]
