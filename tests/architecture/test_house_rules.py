"""Project rules that no linter checks: no test sleeps, no file names a machine, versions are pinned and current."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.tracked import ROOT, files

# Written so that this file does not match itself.
REGISTRIES = ["pypi" + ".org", "python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org"]
INDEX_OPTIONS = ["--index" + "-url", "--extra-index" + "-url", "--find" + "-links"]
MACHINE_PATHS = ["/ro" + "ot/", "/ho" + "me/", "/wo" + "rk/", "/Us" + "ers/"]
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ;[^\\]*)? \\$")
MODE = re.compile(r"[rwax][bt]?\+?|[rwax]\+b?")
REVISION = re.compile(r'^(\w*revision) = "?(\w+)"?$', re.MULTILINE)
REQUIREMENTS = ["build", "runtime", "dev"]


def called(call: ast.Call) -> str:
    """The name of the function, without what it belongs to."""
    match call.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def sleeps(source: str) -> Iterator[int]:
    """The lines that call time.sleep or asyncio.sleep; sleep(0) only lets others go first."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and called(node) == "sleep":
            first = node.args[0] if node.args else None
            if not (isinstance(first, ast.Constant) and first.value == 0):
                yield node.lineno


@pytest.mark.parametrize("source", ["time.sleep(1)", "await_ = asyncio.sleep(0.1)", "from time import sleep\nsleep(n)"])
def test_a_sleep_is_found(source: str) -> None:
    assert list(sleeps(source))


def test_no_test_sleeps() -> None:
    polling = ROOT / "tests" / "polling.py"
    tests = [path for path in files("tests") if path.suffix == ".py" and path != polling]

    found = [f"{path.relative_to(ROOT)}:{line}" for path in tests for line in sleeps(path.read_text(encoding="utf-8"))]

    assert found == []


def depends_on_locale(source: str) -> Iterator[int]:
    """The lines that read or write text in whatever encoding the locale has."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
        mode = next((m for m in node.args if isinstance(m, ast.Constant) and MODE.fullmatch(str(m.value))), None)
        is_text = name in ("read_text", "write_text") or (
            name in ("open", "fdopen") and mode is not None and "b" not in str(mode.value)
        )
        if (is_text and "encoding" not in given) or given.get("text") == "True":
            yield node.lineno


@pytest.mark.parametrize("source", ["p.read_text()", "p.open('w')", "subprocess.run(c, text=True)"])
def test_what_depends_on_the_locale_is_found(source: str) -> None:
    assert list(depends_on_locale(source))


def test_no_file_is_read_as_the_locale_says() -> None:
    sources = [path for path in files() if path.suffix == ".py" and "gen" not in path.relative_to(ROOT).parts]

    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources
        for line in depends_on_locale(path.read_text(encoding="utf-8"))
    ]

    assert found == []


def test_no_channel_can_be_led_through_a_proxy() -> None:
    opening = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in files()
        if path.suffix in (".py", ".md") and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if "insecure_channel(" in line and "grpc.enable_http_proxy" not in line
    ]

    assert opening == [], "open them with chassis.grpc.channel.open_channel"


def test_no_file_names_a_registry_or_a_folder_of_one_machine() -> None:
    forbidden = re.compile("|".join(map(re.escape, REGISTRIES + INDEX_OPTIONS + MACHINE_PATHS)))

    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (match := forbidden.search(line))
    ]

    assert found == []


PACKAGES = ("chassis", "edge", "envoy", "identity_svc", "inventory_svc", "order_svc")
LOWER_CAMEL_CASE = re.compile(r"[a-z][a-zA-Z0-9]*")


def keys_of_error_metadata(source: str) -> Iterator[tuple[int, str]]:
    """The keys of each dictionary that is passed as `metadata` or has that name, with their lines."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.keyword(arg="metadata", value=found) | ast.Assign(targets=[ast.Name(id="metadata")], value=found):
                for inside in ast.walk(found):
                    if isinstance(inside, ast.Dict):
                        yield from (
                            (inside.lineno, str(key.value)) for key in inside.keys if isinstance(key, ast.Constant)
                        )


@pytest.mark.parametrize("source", ["E('x', metadata={'a_b': 1})", "metadata = known | {'a_b': 1}"])
def test_a_key_of_error_metadata_is_found(source: str) -> None:
    assert list(keys_of_error_metadata(source)) == [(1, "a_b")]


def test_keys_of_error_metadata_are_lower_camel_case() -> None:
    """As AIP-193 recommends, and as all names in JSON."""
    found = [
        f"{path.relative_to(ROOT)}:{line}: {key}"
        for path in files(*PACKAGES)
        if path.suffix == ".py"
        for line, key in keys_of_error_metadata(path.read_text(encoding="utf-8"))
        if not LOWER_CAMEL_CASE.fullmatch(key)
    ]

    assert found == []


def pins(name: str) -> dict[str, str]:
    """The packages of a requirements file and their versions."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {match["name"]: match["version"] for line in text.splitlines() if (match := PINNED.match(line))}


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    lines = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").splitlines()

    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line and not line.startswith((" ", "#")):
            assert PINNED.match(line), line
            assert following.startswith("    --hash=sha256:"), line


def unpinned(package: Mapping[str, Any], lock: Mapping[str, Any]) -> Iterator[str]:
    """npm packages that are asked for by a range, have no hash in the lock, or an address: npm knows its registry."""
    asked = package.get("dependencies", {}) | package.get("devDependencies", {})
    yield from (name for name, version in asked.items() if not re.fullmatch(r"[0-9.]+", version))
    for name, locked in lock["packages"].items():
        if name and ("resolved" in locked or not locked["integrity"].startswith("sha512-")):
            yield name


def test_an_npm_package_that_is_not_pinned_is_found() -> None:
    hashed = {"integrity": "sha512-00"}
    lock = {"": {}, "asked": hashed, "addressed": hashed | {"resolved": "somewhere"}, "short": {"integrity": "sha1-00"}}

    assert list(unpinned({"dependencies": {"asked": "^1.0.0"}}, {"packages": lock})) == ["asked", "addressed", "short"]


def test_every_npm_package_is_pinned_and_hashed() -> None:
    for path in files("examples"):
        if path.name == "package.json":
            lock = path.with_name("package-lock.json")
            read = [json.loads(file.read_text(encoding="utf-8")) for file in (path, lock)]
            assert list(unpinned(*read)) == [], path


def test_development_runs_what_production_runs() -> None:
    assert pins("runtime").items() <= pins("dev").items()


def test_what_pyproject_asks_for_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[^A-Za-z0-9-]", requirement)[0].lower() for requirement in requirements}

    assert names(project["dependencies"]) <= pins("runtime").keys()
    assert names(project["optional-dependencies"]["dev"]) <= pins("dev").keys()


def test_each_revision_follows_the_one_before() -> None:
    """Of two with one number, a database that has run one never runs the other."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for path in sorted(files()):
        if path.parent.name == "versions" and path.suffix == ".py":
            named = dict(REVISION.findall(path.read_text(encoding="utf-8")))
            revision = (path.name[:4], named["revision"], named["down_revision"])
            found.setdefault(str(path.parent.relative_to(ROOT)), []).append(revision)

    assert len(found) == 6
    for folder, revisions in found.items():
        numbers = [f"{number:04}" for number in range(1, len(revisions) + 1)]
        assert revisions == list(zip(numbers, numbers, ["None", *numbers], strict=False)), folder


def test_each_database_with_the_chassiss_tables_has_run_all_of_its_sql() -> None:
    # A change log, versions of rows and events that are read are for some databases only.
    wanted = {path.stem for path in files("chassis/db/alembic") if path.suffix == ".sql"}
    wanted -= {"0001_change_log", "0003_row_version", "0009_take_changes", "0014_projectors_turn", "0016_change_keys"}
    wanted -= {"0020_outbox_partitions"}
    run: dict[Path, str] = {}
    for path in files():
        if path.parent.name == "versions" and path.suffix == ".py":
            run[path.parent] = run.get(path.parent, "") + path.read_text(encoding="utf-8")
    with_tables = {folder: text for folder, text in run.items() if '"0001_tables"' in text}

    assert len(with_tables) == 4
    for folder, text in with_tables.items():
        assert {name for name in wanted if f'"{name}"' not in text} == set(), folder


def test_each_decision_has_a_number_of_its_own() -> None:
    numbers = [path.name[:4] for path in files("docs/adr") if path.name != "README.md"]

    # With gaps, while decisions are written at the same time.
    assert sorted(set(numbers)) == sorted(numbers)
    assert all(number.isdecimal() for number in numbers)


def test_the_changelog_begins_with_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    entries = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert entries[0] == project["version"]


def test_generated_code_is_what_the_contract_says() -> None:
    tools = Path(sys.executable).parent
    command = [sys.executable, "proto/generate.py", "--check"]
    environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}

    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8")

    assert done.returncode == 0, done.stderr
