"""The overlay `local` of Kubernetes as pods of podman 4.3: `podman play kube`, and around what that does not know.

It knows neither StatefulSets nor Jobs (they become pods), nor Services (their names become aliases of a network); it
reads Secrets wrongly (they become folders), shares volumes of one name among pods, publishes each port on the host, and
starts init containers of Deployments again and again. It has no policies of networks, and probes need systemd.
"""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import yaml

from deploy.containers.secrets import USER, MeshSecrets
from tests.containers.composed import ADMIN_PASSWORD, ENGINE, POSTGRES, run

NETWORK = "easyorder-played"
# Stands for that of the overlay, whose image has another user here.
SERVER = "easyorder-played-postgres"
SERVER_NAME = "postgres-rw"
WORKLOADS = ("Job", "Deployment", "StatefulSet")
Manifest = dict[str, Any]


@dataclass(frozen=True)
class Played:
    """Pods that run."""

    environment: Mapping[str, str]
    port: int
    secrets: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def podman(self, *arguments: str) -> str:
        return run(self.environment, "podman", *arguments)

    def pid(self, container: str) -> int:
        return int(self.podman("inspect", container, "--format", "{{.State.Pid}}"))

    @asynccontextmanager
    async def database(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        address = self.podman(
            "inspect", SERVER, "--format", f'{{{{(index .NetworkSettings.Networks "{NETWORK}").IPAddress}}}}'
        )
        password = (self.secrets / "postgres/password").read_text(encoding="utf-8")
        connection = await asyncpg.connect(host=address.strip(), user="postgres", password=password, database=name)
        try:
            yield connection
        finally:
            await connection.close()


@contextmanager
def played(folder: Path, manifests: Sequence[Manifest], port: int) -> Iterator[Played]:
    """The Deployments, StatefulSets and Jobs of `manifests`, one pod of each; gone afterwards, with their data."""
    (folder / "containers.conf").write_text(ENGINE, encoding="utf-8")
    mesh = Played({**os.environ, "CONTAINERS_CONF": str(folder / "containers.conf")}, port, folder / "secrets")
    server = f"{SERVER_NAME}:5432"
    MeshSecrets(mesh.secrets, datetime.now(UTC), server=server, pooler=server).make(ADMIN_PASSWORD)
    for path in mesh.secrets.rglob("*"):
        shutil.chown(path, USER, USER)
    folder.chmod(0o755)
    shared = [one for one in manifests if one["kind"] == "ConfigMap"]
    workloads = {one["metadata"]["name"]: one for one in manifests if one["kind"] in WORKLOADS}
    pods = {name: pod_of(one, mesh) for name, one in workloads.items() if name != "postgres"}
    try:
        mesh.podman("network", "create", NETWORK)
        password = ["-e", "POSTGRES_PASSWORD_FILE=/password", "-v", f"{mesh.secrets}/postgres/password:/password:ro"]
        network = ["--network", f"{NETWORK}:alias={SERVER_NAME}"]
        mesh.podman(
            "run", "-d", "--name", SERVER, *network, *password, POSTGRES, "postgres", "-c", "max_connections=200"
        )
        # What the others need comes first.
        for name in sorted(pods, key=lambda name: (name != "migrations", name == "envoy")):
            file = folder / f"{name}.yaml"
            file.write_text(yaml.safe_dump_all([*shared, pods[name]]), encoding="utf-8")
            aliases = ",".join(f"alias={alias}" for alias in (name, f"{name}-0.{name}"))
            mesh.podman("play", "kube", "--network", f"{NETWORK}:{aliases}", str(file))
            if name == "migrations":
                mesh.podman("wait", "--condition=exited", "migrations-0-migrations")
        yield mesh
    finally:
        for name in pods:
            with suppress(AssertionError):
                mesh.podman("pod", "rm", "-f", "-t", "1", f"{name}-0")
        for leftover in (["rm", "-f", "-v", "-t", "1", SERVER], ["network", "rm", "-f", NETWORK]):
            with suppress(AssertionError):
                mesh.podman(*leftover)
        volumes = mesh.podman("volume", "ls", "-q").split()
        for volume in [one for one in volumes if one.startswith(tuple(f"played-{name}-" for name in pods))]:
            mesh.podman("volume", "rm", "-f", volume)


def pod_of(workload: Manifest, mesh: Played) -> Manifest:
    """Its first pod, as podman bears it."""
    name = workload["metadata"]["name"]
    template: Manifest = copy.deepcopy(workload["spec"]["template"])
    # For init containers, too.
    spec = template["spec"] | {"restartPolicy": "OnFailure"}
    names = {volume["name"]: f"played-{name}-{volume['name']}" for volume in spec.get("volumes", [])}
    for volume in spec.get("volumes", []):
        volume["name"] = names[volume["name"]]
        if secret := volume.pop("secret", None):
            kind, _, owner = secret["secretName"].removeprefix("easyorder-").rpartition("-")
            volume["hostPath"] = {"path": str(mesh.secrets / owner / (kind or "secrets")), "type": "Directory"}
    for container in [*spec.get("initContainers", []), *spec["containers"]]:
        ports = container.pop("ports", [])
        if name == "envoy" and ports:
            container["ports"] = [{**port, "hostPort": mesh.port, "hostIP": "127.0.0.1"} for port in ports]
        for mount in container.get("volumeMounts", []):
            mount["name"] = names[mount["name"]]
    metadata = {"name": f"{name}-0", "labels": template["metadata"]["labels"]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
