"""The contract's enum ErrorReason, the code and docs/errors.md say the same, and every reason is reached by a test."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator

from chassis.errors import AppError
from docs.list_errors import PAGE, table
from edge.openapi.reasons import INTERNAL, PUBLIC, Reason, reasons
from tests.architecture.test_sizes import PACKAGES, sources
from tests.architecture.tracked import files

_REACHES = re.compile(r"pytest\.mark\.reaches\(\"(\w+)\"\)")


def declared() -> dict[str, Reason]:
    return {reason.name: reason for enum in (PUBLIC, INTERNAL) for reason in reasons(enum)}


def errors() -> Iterator[type[AppError]]:
    """The classes of the packages that have a reason of their own."""
    for package in map(importlib.import_module, PACKAGES):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)
    waiting = [AppError]
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        is_ours = found.__module__.partition(".")[0] in PACKAGES and found is not AppError
        # The class of an error that this version does not know is made when a reply has it, for that one.
        if is_ours and "reason" in vars(found) and hasattr(sys.modules[found.__module__], found.__name__):
            yield found


def test_the_page_shows_the_reasons_of_the_contract() -> None:
    assert PAGE.read_text(encoding="utf-8").endswith(table()), "run python docs/list_errors.py"


def test_every_error_has_a_declared_reason_and_its_code() -> None:
    codes = {name: reason.code for name, reason in declared().items()}

    assert {error.reason: error.kind.name for error in errors()} == codes


def test_no_reason_is_public_and_internal() -> None:
    assert {reason.name for reason in reasons(PUBLIC)}.isdisjoint(reason.name for reason in reasons(INTERNAL))


def test_every_key_of_metadata_is_in_lower_camel_case_and_is_sent() -> None:
    code = "\n".join(source for _, source in sources())
    keys = {key for reason in declared().values() for key in reason.metadata}

    assert [
        key for key in sorted(keys) if not re.fullmatch("[a-z]+([A-Z][a-z]+)*", key) or f'"{key}"' not in code
    ] == []


def test_every_reason_is_reached_by_a_test() -> None:
    """A test that is marked fails itself if it does not reach the reason: tests/declared_errors.py."""
    tests = (path.read_text(encoding="utf-8") for path in files() if path.name.startswith("test_"))

    assert {reason for test in tests for reason in _REACHES.findall(test)} == {
        reason.name for reason in reasons(PUBLIC)
    }
