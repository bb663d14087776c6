"""The images, built once, and one composition of containers for all tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from deploy.containers.build import MADE_HERE, PACKAGES, ROOTFS, bootstrap, build, import_rootfs
from deploy.containers.wheels import IMAGES, fetch
from tests.containers.composed import TAG, Composed, build_postgres, composed, require_programs
from tests.e2e.running_mesh import free_port


@pytest.fixture(scope="package")
def images() -> None:
    require_programs()
    if subprocess.run(["podman", "image", "exists", MADE_HERE]).returncode:
        import_rootfs("buildah", bootstrap(ROOTFS, PACKAGES), MADE_HERE)
    fetch()
    os.environ.setdefault("BUILDAH_ISOLATION", "chroot")
    for image in IMAGES:
        build("buildah", image, MADE_HERE, TAG)
    build_postgres(os.environ)


@pytest.fixture(scope="package")
def mesh(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    with composed(tmp_path_factory.mktemp("composed"), free_port(), TAG) as running:
        yield running
