"""Holds the contract against what was published before, with `buf breaking`: main, and on main its previous commit.

python proto/breaking.py [main]
"""

import subprocess
import sys
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


def breaks(base: str) -> int:
    has_contract = subprocess.run(["git", "cat-file", "-e", f"{base}:buf.yaml"], cwd=ROOT, capture_output=True)
    if has_contract.returncode:
        return 0
    return subprocess.run(["buf", "breaking", "--against", f".git#ref={base}"], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
