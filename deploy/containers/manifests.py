"""`python -m deploy.containers.manifests FOLDER`: the secrets of FOLDER as manifests of Kubernetes.

FOLDER is what `python -m deploy.containers.secrets` has made for `--server postgres-rw:5432 --pooler postgres-rw:5432`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

from deploy.containers.secrets import OWNER, SERVICES

NAMESPACE = "easyorder"


def manifests(folder: Path) -> str:
    """One Secret for each container, and one for each service's keys, as YAML. Raises OSError."""
    secrets = {f"easyorder-{name}": _files(folder / name / "secrets") for name in (*SERVICES, "migrate")}
    keys = {f"easyorder-keys-{name}": _files(folder / name / "keys") for name in SERVICES}
    made = [_secret(name, data) for name, data in {**secrets, **keys}.items()]
    owner = {"username": OWNER, "password": (folder / "postgres/password").read_text(encoding="utf-8")}
    made.append(_secret("postgres-superuser", owner, kind="kubernetes.io/basic-auth"))
    return yaml.safe_dump_all(made, sort_keys=False)


def _files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def _secret(name: str, data: Mapping[str, str], *, kind: str = "Opaque") -> dict[str, object]:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind, "stringData": dict(data)}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m deploy.containers.manifests FOLDER")
    sys.stdout.write(manifests(Path(sys.argv[1])))
