"""The manifests of Kubernetes are valid, restrict every container, and fit the program and each other."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from chassis.settings import PORTS, MeshSettings, from_environment
from deploy.config import RoleSettings
from deploy.containers.secrets import DATABASES, SERVICES, MeshSecrets
from deploy.schemas import schemas
from edge.config import EdgeSettings
from envoy.config import EnvoySettings
from envoy.upstream_tls import secret
from identity_svc.config import IdentitySettings
from inventory_svc.config import InventorySettings
from order_svc.config import OrderSettings
from order_svc.payment.config import PaymentSettings
from tests.architecture.tracked import ROOT

FOLDER = ROOT / "deploy/kubernetes"
VERSIONS = ("1.32", "1.36")
# Of operators, whose schemas are not part of Kubernetes.
FOREIGN = ("cert-manager.io/v1", "keda.sh/v1alpha1", "monitoring.coreos.com/v1", "postgresql.cnpg.io/v1")
WORKLOADS = ("Deployment", "StatefulSet", "Job")
KINDS = (IdentitySettings, InventorySettings, OrderSettings, PaymentSettings, EdgeSettings, EnvoySettings, RoleSettings)

Manifest = dict[str, Any]


@cache
def rendered(overlay: str) -> list[Manifest]:
    """What `kubectl apply -k` would send. Skips the test without a kubectl that knows components."""
    kubectl = shutil.which("kubectl")
    known = kubectl and subprocess.run([kubectl, "version", "--client"], capture_output=True, encoding="utf-8").stdout
    if not (kubectl and known and re.search(r"Kustomize Version: v([5-9]|\d\d)", known)):
        pytest.skip("needs kubectl with kustomize 5")
    command = [kubectl, "kustomize", str(FOLDER / "overlays" / overlay)]
    text = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    return [one for one in yaml.safe_load_all(text) if one]


def resources(folder: str) -> Iterator[tuple[Path, Manifest]]:
    """The manifests of a folder that are whole, hence no patches."""
    for kustomization in (FOLDER / folder).rglob("kustomization.yaml"):
        for name in yaml.safe_load(kustomization.read_text(encoding="utf-8")).get("resources", []):
            path = kustomization.parent / name
            if path.is_file():
                yield from ((path, one) for one in yaml.safe_load_all(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(version: str) -> None:
    found = list(resources("."))

    assert len(found) > 50
    for _, manifest in found:
        if manifest["apiVersion"] not in FOREIGN:
            kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", ["local", "production"])
def test_overlays_are_valid(overlay: str, version: str) -> None:
    for manifest in rendered(overlay):
        assert manifest["kind"] == "Namespace" or manifest["metadata"]["namespace"] == "easyorder"
        if manifest["apiVersion"] not in FOREIGN:
            kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("overlay", ["local", "production"])
def test_no_container_of_an_overlay_can_do_more_than_it_has_to(overlay: str) -> None:
    check_restrictions(rendered(overlay))


def test_no_container_can_do_more_than_it_has_to() -> None:
    check_restrictions([manifest for _, manifest in resources(".")])


def check_restrictions(manifests: list[Manifest]) -> None:
    pods = [pod_of(one) for one in manifests if one["kind"] in WORKLOADS]
    assert len(pods) >= 7
    for pod in pods:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            own = container["securityContext"]
            assert own == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"cpu", "memory"} == set(container["resources"]["requests"])
            assert "memory" in container["resources"]["limits"]


def test_processes_are_probed_where_they_listen_and_have_the_time_to_drain() -> None:
    settings = data("configuration.yaml", "services")
    drains_s = int(settings["EASYORDER_DRAIN_DELAY_S"]) + EdgeSettings().drain_grace_s + 15
    for name in SERVICES:
        pod = pod_of(workload(name))
        container = pod["containers"][0]
        listens = next(one["value"] for one in container["env"] if one["name"] == "EASYORDER_LISTEN_ADDRESS")
        assert container["readinessProbe"]["grpc"] == {"port": PORTS[name]}
        assert listens == f"0.0.0.0:{PORTS[name]}"
        assert pod["terminationGracePeriodSeconds"] >= drains_s
        assert f":{PORTS[name]}" in data("configuration.yaml", "mesh")[f"EASYORDER_{name.upper()}_ADDRESS"]


def test_a_service_begins_when_its_databases_are_upgraded() -> None:
    for name, package in DATABASES.items():
        pod = pod_of(workload(name))
        waits, service = pod["initContainers"][0], pod["containers"][0]
        assert (waits["args"][0], waits["args"][-1]) == ("deploy.upgraded", package)
        assert waits["image"] == service["image"]
        assert waits["envFrom"] == service["envFrom"]
        assert all(mount in service["volumeMounts"] for mount in waits["volumeMounts"])
        assert service["args"] == [package]


def test_what_waits_for_the_databases_has_the_role_of_its_service(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    MeshSecrets(tmp_path, datetime.now(UTC), server="postgres-rw:5432", pooler="postgres-rw:5432").make("a passphrase")
    for name in DATABASES:
        for variable, value in (data("configuration.yaml", "mesh") | data("configuration.yaml", "services")).items():
            monkeypatch.setenv(variable, value)
        monkeypatch.setenv("EASYORDER_SECRETS_DIR", str(tmp_path / name / "secrets"))
        url = from_environment(MeshSettings).database_url("x")
        assert (f"//easyorder_{name}:" in url, url.endswith("@postgres-rw:5432/x")) == (True, True)


@pytest.mark.parametrize("overlay", ["local", "production"])
def test_an_autoscaler_alone_decides_about_processes(overlay: str) -> None:
    """An apply would set them back."""
    check_scaling(rendered(overlay))


def test_nothing_is_scaled_twice() -> None:
    check_scaling([manifest for _, manifest in resources("base")])


def check_scaling(manifests: list[Manifest]) -> None:
    kinds = ("HorizontalPodAutoscaler", "ScaledObject")
    scaled = [one["spec"]["scaleTargetRef"]["name"] for one in manifests if one["kind"] in kinds]
    counted = [
        one["metadata"]["name"]
        for one in manifests
        if one["kind"] in ("Deployment", "StatefulSet") and "replicas" in one["spec"]
    ]
    assert len({*scaled, *counted}) == len([*scaled, *counted]) >= 6


def test_production_survives_the_loss_of_a_zone() -> None:
    least = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"].get("minReplicas") or one["spec"]["minReplicaCount"]
        for one in rendered("production")
        if one["kind"] in ("HorizontalPodAutoscaler", "ScaledObject")
    }

    assert least == {"identity": 3, "inventory": 3, "order": 3, "payment": 2, "envoy": 3}


def test_images_of_this_machine_are_not_pulled() -> None:
    """Of those that are called `latest`, others are asked for."""
    pods = [pod_of(one) for one in rendered("local") if one["kind"] in WORKLOADS]
    containers = [one for pod in pods for one in (*pod.get("initContainers", []), *pod["containers"])]

    own = [one for one in containers if one["image"].startswith("localhost/")]
    assert len(own) >= 13
    assert {one.get("imagePullPolicy") for one in own} == {"IfNotPresent"}


def test_envoy_is_stopped_after_it_was_drained() -> None:
    pod = pod_of(workload("envoy"))
    envoy, drain = pod["containers"]
    waits_s, sleeps_s = (
        drain["lifecycle"]["preStop"]["sleep"]["seconds"],
        envoy["lifecycle"]["preStop"]["sleep"]["seconds"],
    )

    assert drain["args"][:2] == ["deploy.drain", "--grace-s"]
    assert waits_s + float(drain["args"][2]) < sleeps_s < pod["terminationGracePeriodSeconds"]


def test_every_variable_is_a_setting() -> None:
    known = {
        str(field.validation_alias or f"EASYORDER_{name}").upper()
        for kind in KINDS
        for name, field in kind.model_fields.items()
    }
    used = set(
        re.findall(r"EASYORDER_[A-Z0-9_]+", "".join(p.read_text(encoding="utf-8") for p in FOLDER.rglob("*.y*ml")))
    )

    assert used - known == set()


def test_everything_but_what_is_named_is_denied() -> None:
    policies = {one["metadata"]["name"]: one["spec"] for _, one in resources("base") if one["kind"] == "NetworkPolicy"}

    assert policies["default-deny"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for name in {*policies} - {"default-deny", "names"}:
        selected = policies[name]["podSelector"]
        assert selected.get("matchLabels") or selected.get("matchExpressions"), name


def test_alerts_are_those_of_prometheus() -> None:
    alerts = yaml.safe_load((ROOT / "deploy/monitoring/alerts.yml").read_text(encoding="utf-8"))
    rule = yaml.safe_load((FOLDER / "components/prometheus/alerts.yaml").read_text(encoding="utf-8"))

    assert rule["spec"] == alerts


def test_envoy_finds_its_certificate_for_the_mesh() -> None:
    found = next(one for _, one in resources("components/mutual-tls") if one["kind"] == "ConfigMap")

    assert found["data"]["envoy.sds.json"] == secret(Path("/etc/easyorder/tls"))


def test_production_speaks_tls_inside_and_outside() -> None:
    manifests = rendered("production")
    for name in SERVICES:
        container = pod_of(workload(name, manifests))["containers"][0]
        assert {"name": "EASYORDER_TLS_DIR", "value": "/etc/easyorder/tls"} in container["env"]
        assert container["readinessProbe"]["exec"]["command"][-1].endswith("grpc_probe.py")
        assert "grpc" not in container["readinessProbe"]
    envoy = next(one["data"] for one in manifests if (one["kind"], one["metadata"]["name"]) == ("ConfigMap", "envoy"))
    assert envoy["EASYORDER_ENVOY_CERTIFICATE_FILE"] == "/etc/easyorder/certificate/tls.crt"


def test_all_roles_together_leave_connections_to_operators() -> None:
    """Also while one process of each service replaces another."""
    manifests = rendered("production")
    job = next(one for one in manifests if (one["kind"], one["metadata"]["name"]) == ("Job", "migrations"))
    container = pod_of(job)["containers"][0]
    limit = next(int(one["value"]) for one in container["env"] if one["name"] == "EASYORDER_ROLE_CONNECTIONS")
    cluster = next(one for one in manifests if one["kind"] == "Cluster")
    processes = (
        max(one["spec"]["maxReplicas"] for _, one in resources("base") if "maxReplicas" in one.get("spec", {})) + 1
    )
    databases = sum(len(schemas(package)) for package in container["args"] if "_svc" in package)

    assert databases == 6
    assert limit >= processes * OrderSettings.model_fields["database_pool_size"].default
    assert limit * databases <= int(cluster["spec"]["postgresql"]["parameters"]["max_connections"]) - 50


def data(file: str, name: str) -> dict[str, str]:
    documents = yaml.safe_load_all((FOLDER / "base" / file).read_text(encoding="utf-8"))
    found: dict[str, str] = next(one["data"] for one in documents if one["metadata"]["name"] == name)
    return found


def workload(name: str, manifests: list[Manifest] | None = None) -> Manifest:
    found = manifests or [manifest for _, manifest in resources("base")]
    return next(one for one in found if one["kind"] in WORKLOADS and one["metadata"]["name"] == name)


def pod_of(manifest: Manifest) -> Manifest:
    pod: Manifest = manifest["spec"]["template"]["spec"]
    return pod
