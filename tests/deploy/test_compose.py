"""compose.yaml: every process is there twice, can do no more than it has to, and gets settings that it accepts."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.settings import PORTS, MeshSettings, from_environment
from deploy.config import RoleSettings
from deploy.containers.secrets import MeshSecrets
from edge.config import EdgeSettings
from envoy.config import EnvoySettings
from envoy.render import render
from identity_svc.config import IdentitySettings
from inventory_svc.config import InventorySettings
from order_svc.config import OrderSettings
from order_svc.payment.config import PaymentSettings
from tests.architecture.tracked import ROOT

FOLDER = ROOT / "deploy/compose"
KINDS: dict[str, type[MeshSettings]] = {
    "identity": IdentitySettings,
    "inventory": InventorySettings,
    "order": OrderSettings,
    "payment": PaymentSettings,
    "edge": EdgeSettings,
}
OTHERS = {"postgres", "rabbitmq", "collector", "prometheus", "grafana"}
SUBSTITUTED = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def compose() -> dict[str, Any]:
    """As it is with no variable set."""
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(SUBSTITUTED.sub(lambda match: match[2] or "", text))
    return found


SERVICES: dict[str, dict[str, Any]] = compose()["services"]


@pytest.mark.parametrize("name", KINDS)
def test_every_service_runs_twice_with_settings_that_it_accepts(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert SERVICES[f"{name}-1"] == SERVICES[f"{name}-2"]
    MeshSecrets(tmp_path, datetime.now(UTC), server="postgres:5432", pooler="pgbouncer:6432").make("a passphrase")
    settings = accepted(f"{name}-1", KINDS[name], monkeypatch, tmp_path / name)

    assert settings.listen_address == f"0.0.0.0:{PORTS[name]}"
    assert len(settings.own_secret) >= 32
    assert len(settings.metrics_token.get_secret_value()) >= 32
    if name != "edge":
        assert f"easyorder_{name}:" in settings.database_url("x")
        assert settings.database_url("x").endswith("@pgbouncer:6432/x")
        assert SERVICES[f"{name}-1"]["networks"]["mesh"] == {"aliases": [name]}
    assert settings.service_keys_dir == Path("/etc/easyorder/keys")


def test_the_one_that_upgrades_has_the_server_and_all_passwords(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    MeshSecrets(tmp_path, datetime.now(UTC), server="postgres:5432", pooler="pgbouncer:6432").make("")
    settings = accepted("migrations", RoleSettings, monkeypatch, tmp_path / "migrate")

    assert settings.database_url("x").endswith("@postgres:5432/x")
    assert all(settings.password(package) for package in SERVICES["migrations"]["command"][3:])


def test_envoy_calls_each_replica_by_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = accepted("envoy-configuration", EnvoySettings, monkeypatch, None)

    rendered = yaml.load(render(settings), Loader=yaml.CSafeLoader)
    clusters = {cluster["name"]: cluster["load_assignment"] for cluster in rendered["static_resources"]["clusters"]}
    for name, port in PORTS.items():
        hosts = [
            tuple(host["endpoint"]["address"]["socket_address"].values())
            for host in clusters[name]["endpoints"][0]["lb_endpoints"]
        ]
        assert hosts == [(f"{name}-1", port), (f"{name}-2", port)]
    assert rendered["admin"]["address"]["pipe"]["path"].startswith("/etc/envoy/")


def test_processes_can_do_no_more_than_they_have_to() -> None:
    for name in SERVICES.keys() - OTHERS:
        service = SERVICES[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        # It makes files for others, and has no network.
        is_maker = name == "secrets"
        assert service["user"] == ("0:0" if is_maker else "65532:65532"), name
        assert ("cap_add" in service) == is_maker
    assert SERVICES["secrets"]["network_mode"] == "none"


def test_nobody_has_the_secrets_of_another_one() -> None:
    for name, service in SERVICES.items():
        secrets = {volume.partition("-secrets:")[0] for volume in service.get("volumes", []) if "-secrets:" in volume}
        owner = {"migrations": "migrate", "envoy-configuration": "envoy"}.get(name, name.removesuffix("-1"))
        if name != "secrets":
            assert secrets <= {owner.removesuffix("-2")}, name


def test_every_volume_of_secrets_is_filled() -> None:
    made = {volume.partition(":")[0] for volume in SERVICES["secrets"]["volumes"]}

    assert {name for name in compose()["volumes"] if name.endswith("-secrets")} <= made


def test_no_volume_is_taken_for_another_one() -> None:
    names = {*compose()["volumes"]}

    assert not {(one, other) for one in names for other in names if one != other and other.startswith(one)}


def test_only_envoy_and_grafana_are_published_and_on_loopback() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert published == {"envoy": ["127.0.0.1:8080:8080"], "grafana": ["127.0.0.1:3000:3000"]}


def test_images_have_no_registry_and_can_be_replaced() -> None:
    text = (FOLDER / "compose.yaml").read_text(encoding="utf-8")
    images = re.findall(r"^ +image: (.*)$", text, re.M)

    assert all(re.fullmatch(r"\$\{[A-Z_]+_IMAGE:-[^}]+\}", image) for image in images)
    hosts = {image.partition(":-")[2].partition("/")[0] for image in images if "/" in image}
    assert {host for host in hosts if "." in host or ":" in host} == set()


def test_pgbouncer_is_configured_as_documented() -> None:
    def lines(path: Path) -> set[str]:
        text = path.read_text(encoding="utf-8").replace("host=db.example.com", "host=postgres")
        return {line for line in text.splitlines() if line and not line.startswith(";")}

    documented, used = lines(ROOT / "docs/pgbouncer.ini"), lines(FOLDER / "pgbouncer.ini")

    assert {line.partition(" ")[0] for line in documented ^ used} == {"listen_addr", "auth_file", "unix_socket_dir"}


def test_prometheus_scrapes_every_process() -> None:
    jobs = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]

    assert {job["job_name"]: job["static_configs"][0]["targets"] for job in jobs} == {
        name: [f"{name}-1:9464", f"{name}-2:9464"] for name in PORTS
    }


def accepted(container: str, kind: type[Any], monkeypatch: pytest.MonkeyPatch, secrets: Path | None) -> Any:
    """The settings of a container, read as it reads them."""
    for name, value in SERVICES[container]["environment"].items():
        assert name.removeprefix("EASYORDER_").lower() in {*kind.model_fields} or name == "EASYORDER_DATABASE_URL", name
        monkeypatch.setenv(name, "" if value is None else str(value))
    if secrets:
        monkeypatch.setenv("EASYORDER_SECRETS_DIR", str(secrets / "secrets"))
    return from_environment(kind)
