"""The import rules hold, and each rule can fail: a copy of the code breaks each rule once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.architecture.tracked import ROOT, files

CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
PACKAGES = CONFIGURATION["root_packages"]
CONTRACTS = [contract["id"] for contract in CONFIGURATION["contracts"]]

# contract, file that gets a bad line, the line
BREACHES = [
    ("layers", "order_svc/domain/order.py", "import order_svc.commands"),
    ("layers", "order_svc/commands/__init__.py", "import order_svc.adapters"),
    ("layers", "order_svc/queries/__init__.py", "import order_svc.api.orders"),
    ("layers", "order_svc/commands/__init__.py", "import order_svc.sagas.checkout"),
    ("layers", "order_svc/api/orders.py", "import order_svc.bootstrap"),
    ("layers", "order_svc/payment/commands/__init__.py", "import order_svc.payment.adapters"),
    ("layers", "inventory_svc/domain/__init__.py", "import inventory_svc.commands"),
    ("layers", "identity_svc/commands/__init__.py", "import identity_svc.api.identity"),
    ("layers", "order_svc/sagas/__init__.py", "import order_svc.api"),
    ("layers", "order_svc/sagas/__init__.py", "import order_svc.watch"),
    ("layers", "order_svc/watch/__init__.py", "import order_svc.adapters"),
    ("layers", "inventory_svc/messages/__init__.py", "import inventory_svc.watch"),
    ("layers", "inventory_svc/commands/__init__.py", "import inventory_svc.sagas"),
    ("layers", "inventory_svc/commands/__init__.py", "import inventory_svc.queries"),
    ("layers", "inventory_svc/queries/__init__.py", "import inventory_svc.commands"),
    ("layers", "order_svc/adapters/__init__.py", "import order_svc.api.orders"),
    ("adapters", "order_svc/adapters/__init__.py", "import order_svc.sagas"),
    ("services", "order_svc/__init__.py", "import inventory_svc"),
    ("services", "edge/__init__.py", "import identity_svc"),
    ("chassis", "chassis/clock.py", "import order_svc"),
    ("chassis", "chassis/clock.py", "import deploy"),
    ("chassis", "chassis/clock.py", "import ops.api"),
    ("ops", "ops/api.py", "import order_svc"),
    ("rate_limits", "rate_limits/limits_file.py", "import edge"),
    ("broker", "broker/topology.py", "import order_svc"),
    ("read_replica", "read_replica/reads.py", "import order_svc"),
    ("odbc", "postgresql_odbc/dialect.py", "import chassis.errors"),
    ("foundation", "foundation/watchdog.py", "import chassis.errors"),
    ("telemetry", "telemetry/metrics.py", "import chassis.errors"),
    ("deploy", "edge/__init__.py", "import deploy"),
    ("domain", "order_svc/domain/order.py", "import sqlalchemy"),
    ("domain", "inventory_svc/domain/__init__.py", "import grpc"),
    ("domain", "identity_svc/domain/__init__.py", "import chassis.settings"),
    ("domain", "order_svc/payment/domain/__init__.py", "import easyorder.order.v1"),
    ("commands", "order_svc/commands/__init__.py", "import sqlalchemy"),
    ("commands", "inventory_svc/commands/__init__.py", "import grpc"),
    ("commands", "identity_svc/commands/__init__.py", "import apscheduler"),
    ("commands", "order_svc/payment/commands/__init__.py", "import sqlalchemy"),
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages that may be spoilt."""
    copy = tmp_path_factory.mktemp("house")
    for path in [ROOT / "pyproject.toml", *files(*PACKAGES)]:
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return copy


def lint_imports(house: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    chosen = [f"--contract={contract}" for contract in contracts]
    return subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), *chosen],
        cwd=house,
        env={**os.environ, "PYTHONPATH": f"{house}:{ROOT / 'gen'}", "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
    )


@contextmanager
def breach(file: Path, line: str) -> Iterator[None]:
    text = file.read_text(encoding="utf-8")
    file.write_text(f"{text}\n{line}\n", encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(text, encoding="utf-8")


def test_the_rules_hold(house: Path) -> None:
    done = lint_imports(house)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(("contract", "file", "line"), BREACHES, ids=lambda value: str(value))
def test_a_breach_is_found(house: Path, contract: str, file: str, line: str) -> None:
    with breach(house / file, line):
        done = lint_imports(house, contract)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN" in done.stdout


def test_every_rule_is_broken_once() -> None:
    assert {contract for contract, _, _ in BREACHES} == set(CONTRACTS)
