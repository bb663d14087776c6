"""The diagrams in docs/architecture.md show the processes, databases, calls, layers and packages that the code has."""

from __future__ import annotations

import re
import tomllib
from itertools import pairwise, product

import grimp

from chassis.settings import PORTS
from deploy.local.mesh import MIGRATED, SERVICES
from deploy.schemas import schemas
from envoy.routing import CLUSTERS, OPS_CLUSTERS
from tests.architecture.tracked import ROOT, files

ARROW = re.compile(r"^    (.+?) --> (.+)$", re.MULTILINE)
CALLS = re.compile(r"(?:Peer|Client)\(\s*settings\.(\w+)_address")
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
LINTED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def arrows(heading: str) -> set[tuple[str, str]]:
    """Those of the first diagram below a heading. `a & b --> c` are two."""
    diagram = PAGE.partition(f"## {heading}\n")[2].partition("```mermaid")[2].partition("```")[0]
    return {pair for before, after in ARROW.findall(diagram) for pair in product(names(before), names(after))}


def layers() -> list[list[str]]:
    """Those of import-linter, the uppermost first. A diagram cannot have a node that is called __main__."""
    (contract,) = [contract for contract in LINTED["contracts"] if contract["id"] == "layers"]
    return [[name.strip("_") for name in re.findall(r"\w+", layer)] for layer in contract["layers"]]


def names(side: str) -> list[str]:
    return [re.split(r"\W", one.strip())[0] for one in side.split("&")]


def calls(service: str) -> set[str]:
    """The services that a service has a client for."""
    folder = ROOT / SERVICES[service].replace(".", "/")
    sources = [folder / name for name in ("bootstrap.py", "connections.py") if (folder / name).exists()]
    return {called for source in sources for called in CALLS.findall(source.read_text(encoding="utf-8"))}


def test_every_arrow_is_in_the_code_and_the_other_way_round() -> None:
    from_envoy = {("client", "envoy"), *(("envoy", service) for service in {*CLUSTERS.values(), *OPS_CLUSTERS})}
    called = {(service, other) for service in SERVICES for other in calls(service)}
    stored = {
        (service, schema.database)
        for service, package in SERVICES.items()
        if package in MIGRATED
        for schema in schemas(package)
    }

    assert arrows("Containers") == from_envoy | called | stored


def test_every_process_and_its_package_is_described() -> None:
    described = dict(re.findall(r"^\| (\w+) \| `([\w.]+)` \|", PAGE, re.MULTILINE))

    assert described == SERVICES | {"envoy": "envoy"}
    assert SERVICES.keys() == PORTS.keys()


def test_every_folder_of_a_service_is_there() -> None:
    part = PAGE.partition("## Inside")[2].partition("\n## ")[0]
    named = re.findall(r"`(\w+)`", "".join(re.findall(r"^\| ((?:`\w+` ?)+)\|", part, re.M)))
    services = ("order_svc", "inventory_svc", "identity_svc")
    parts = [path.relative_to(ROOT).parts for path in files(*services)]
    there = {part[1].removesuffix(".py") for part in parts}

    assert set(named) <= there
    assert {name for layer in layers()[2:] for name in layer} == set(named)


def test_the_layers_are_those_of_import_linter() -> None:
    assert arrows("Inside a service") == {pair for upper, lower in pairwise(layers()) for pair in product(upper, lower)}


def test_the_packages_import_what_is_shown() -> None:
    packages = LINTED["root_packages"]
    graph = grimp.build_graph(*packages)
    imported = {
        (module.partition(".")[0], other.partition(".")[0])
        for module in graph.modules
        for other in graph.find_modules_directly_imported_by(module)
    }

    assert arrows("What services share") == {(one, other) for one, other in imported if one != other}
    described = PAGE.partition("## What services share\n")[2]
    for package in packages:
        assert f"`{package}`" in described or f"`{package}` |" in PAGE, package
