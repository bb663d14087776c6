"""Holds the contract against what was published before, with `buf breaking`: main, and on main its previous commit.

python proto/breaking.py [main]

Only commits of the same version count: another version may change names, and one in development (0.3.0.dev0) may until
it is released.
"""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def commit(name: str) -> str | None:
    """The commit `name` stands for; None where there is none, as in a checkout without history."""
    command = ["git", "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    except FileNotFoundError:
        return None
    return done.stdout.strip() or None


def published(branch: str) -> list[str]:
    """The commits that the contract in the working tree must not break."""
    bases = {base for name in (f"origin/{branch}", branch) if (base := commit(name))}
    if commit("HEAD") in bases and (previous := commit("HEAD~1")):
        bases.add(previous)
    return sorted(bases)


def main(arguments: list[str]) -> int:
    bases = published(*arguments or ["main"])
    if not bases:
        print("buf breaking: no git history here, nothing to compare with")
    return max((breaks(base) for base in bases), default=0)


def version_in(project: str) -> str:
    """The version in the text of a pyproject.toml."""
    return str(tomllib.loads(project)["project"]["version"])


def breaks(base: str) -> int:
    version = version_in((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shown = subprocess.run(["git", "show", f"{base}:pyproject.toml"], cwd=ROOT, capture_output=True, encoding="utf-8")
    if shown.returncode or version != version_in(shown.stdout) or ".dev" in version:
        print(f"buf breaking: {base[:12]} is not held, this is {version}")
        return 0
    return subprocess.run(["buf", "breaking", "--against", f".git#ref={base}"], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
