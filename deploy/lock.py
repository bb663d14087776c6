"""Checks that an environment matches the locks, and that the locks are complete, extras included.

    .venv/bin/python -I deploy/lock.py requirements/build.txt requirements/runtime.txt

pip installs the locks as they are and resolves nothing, so it finds no gap in them. Neither does `pip check`, which
ignores extras. Needs `packaging`, which requirements/build.txt has.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
# Part of every environment, in no lock.
UNLOCKED = {"pip"}


@dataclass(frozen=True)
class Package:
    """An installed package: its version and its requirements (`Requires-Dist`)."""

    version: str
    requires: Sequence[str] = ()


def pins(locks: Iterable[Path]) -> dict[str, str]:
    """The version of every package that `locks` pin for this Python and this machine."""
    lines = (line for lock in locks for line in lock.read_text(encoding="utf-8").splitlines())
    pinned = (Requirement(line.removesuffix("\\")) for line in lines if line[:1].isalnum())
    return {
        canonicalize_name(one.name): str(one.specifier).removeprefix("==") for one in pinned if _holds(one, extras=())
    }


def installed() -> dict[str, Package]:
    """The installed packages of this environment, by canonical name."""
    return {
        canonicalize_name(found.metadata["Name"]): Package(found.version, found.requires or ())
        for found in distributions()
        if found.metadata["Name"]
    }


def asked_for(locks: Iterable[Path]) -> list[str]:
    """The requirements for this machine that the locks were made from: pyproject.toml and requirements/*.in."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sources = {
        "build.txt": _lines("requirements/build.in"),
        "runtime.txt": project["dependencies"],
        "dev.txt": project["optional-dependencies"]["dev"],
        "fuzz.txt": _lines("requirements/fuzz.in"),
        "mutate.txt": _lines("requirements/mutate.in"),
    }
    asked = (requirement for lock in locks for requirement in sources[lock.name])
    return [one for one in asked if _holds(Requirement(one), extras=())]


def _lines(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line[:1].isalnum()]


def faults(pinned: Mapping[str, str], found: Mapping[str, Package], roots: Iterable[str]) -> list[str]:
    """One line for each package that differs from its pin, and for each requirement that nothing meets."""
    different = [
        f"{name} {version} is locked, and {found[name].version if name in found else 'nothing'} is installed"
        for name, version in pinned.items()
        if name not in found or found[name].version != version
    ]
    return different + sorted(set(_unmet(pinned, found, roots)))


def _unmet(pinned: Mapping[str, str], found: Mapping[str, Package], roots: Iterable[str]) -> Iterator[str]:
    """Walks the requirements from `roots`, for each package with every requested extra."""
    waiting = [("EasyOrder", Requirement(root)) for root in roots]
    seen: set[tuple[str, str]] = set()
    while waiting:
        who, wanted = waiting.pop()
        name = canonicalize_name(wanted.name)
        if name not in pinned:
            yield f"{who} needs {wanted}, which is not locked"
        elif not wanted.specifier.contains(pinned[name], prereleases=True):
            yield f"{who} needs {wanted}, and {pinned[name]} is locked"
        asked = {(name, extra) for extra in ("", *wanted.extras)} - seen
        seen |= asked
        if asked and name in found:
            requirements = [Requirement(line) for line in found[name].requires]
            extras = [extra for _, extra in asked]
            waiting += [(name, one) for one in requirements if _holds(one, extras=extras)]


def _holds(requirement: Requirement, *, extras: Sequence[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in extras or ("",))


def main(arguments: list[str]) -> int:
    """Prints the faults; with --foreign, the names of packages that are in no lock."""
    if "--foreign" in arguments:
        known = {*pins((ROOT / "requirements").glob("*.txt")), *UNLOCKED}
        print("\n".join(sorted(installed().keys() - known)))
        return 0
    locks = [Path(argument) for argument in arguments]
    found = faults(pins(locks), installed(), asked_for(locks))
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
