"""What `pip install .` installs: the services, the command and the client, wherever they are in the checkout."""

from __future__ import annotations

import subprocess
import sys
import tomllib

from tests.architecture.tracked import ROOT

FIND = "import sys, setuptools; print(*setuptools.find_namespace_packages(sys.argv[1], include=sys.argv[2:]))"


def test_all_packages_are_installed_from_where_they_are() -> None:
    read = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = read["tool"]["setuptools"]["package-dir"]
    finding = read["tool"]["setuptools"]["packages"]["find"]
    found: set[str] = set()
    for where in finding["where"]:
        command = [sys.executable, "-c", FIND, str(ROOT / where), *finding["include"]]
        found |= set(subprocess.run(command, check=True, stdout=subprocess.PIPE, encoding="utf-8").stdout.split())

    for package in ("cli", "deploy.local", "easyorder.order.v1", "easyorder_client.messages.order.v1"):
        assert package in found
    for package in found:
        first, *rest = package.split(".")
        assert (ROOT / folders.get(first, first)).joinpath(*rest).is_dir(), package
    assert not {name for name in found if name.startswith(("clients", "gen", "tests"))}
    assert read["project"]["scripts"] == {"easyorder": "cli.__main__:main"}
