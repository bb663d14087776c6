"""Each container gets its own secrets only, and what is made again stays the same but for what was rotated."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from cryptography import x509

from chassis.auth.service_tokens import PUBLIC_KEYS
from deploy.config import as_role, secret_of
from deploy.containers.manifests import manifests
from deploy.containers.secrets import CERTIFICATE_DAYS, DATABASES, SERVICES, MeshSecrets

NOW = datetime(2026, 11, 29, tzinfo=UTC)


def make(folder: Path, *, later: timedelta = timedelta(), rotate: bool = False) -> dict[str, str]:
    """What is in the files."""
    MeshSecrets(folder, NOW + later, server="db:5432", pooler="pool:6432").make("a long passphrase", rotate=rotate)
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file() and path.name != "lock"
    }


def test_each_service_has_its_own_secrets_and_keys(tmp_path: Path) -> None:
    files = make(tmp_path)

    mesh_secret = files["identity/secrets/EASYORDER_MESH_SECRET"]
    for service in SERVICES:
        own = {name.partition("/")[2]: text for name, text in files.items() if name.startswith(f"{service}/")}
        assert own["secrets/EASYORDER_MESH_SECRET"] == secret_of(service, mesh_secret)
        assert {name for name in own if name.startswith("tls/")} == {"tls/ca.pem", f"tls/{service}.pem"}
        keys = {f"keys/{service}.pem"} if service in ("inventory", "order", "payment") else set()
        assert {name for name in own if name.startswith("keys/")} == {f"keys/{PUBLIC_KEYS}", *keys}
    for service, package in DATABASES.items():
        variable = f"migrate/secrets/EASYORDER_{service.upper()}_DATABASE_PASSWORD"
        url = as_role("postgresql+asyncpg://pool:6432/", package, files[variable])
        assert files[f"{service}/secrets/EASYORDER_DATABASE_URL"] == url
        assert f'"easyorder_{service}" "{files[variable]}"\n' in files["pgbouncer/userlist.txt"]
    assert f":{files['postgres/password']}@db:5432/" in files["migrate/secrets/EASYORDER_DATABASE_URL"]
    assert files["identity/secrets/EASYORDER_ADMIN_PASSWORD"] == "a long passphrase"
    assert stat.S_IMODE((tmp_path / "order/keys/order.pem").stat().st_mode) == 0o400


def test_what_is_there_stays(tmp_path: Path) -> None:
    assert make(tmp_path) == make(tmp_path, later=timedelta(days=CERTIFICATE_DAYS / 2 - 1))


def test_certificates_are_made_again_in_time_and_keys_when_asked(tmp_path: Path) -> None:
    first, late = make(tmp_path), make(tmp_path, later=timedelta(days=CERTIFICATE_DAYS / 2 + 1))

    assert {name for name in first if first[name] != late[name]} == {name for name in first if is_certificate(name)}
    renewed = x509.load_pem_x509_certificate(late["order/tls/order.pem"].encode())
    assert renewed.not_valid_after_utc > NOW + timedelta(days=CERTIFICATE_DAYS)

    rotated = make(tmp_path, later=timedelta(days=CERTIFICATE_DAYS / 2 + 2), rotate=True)
    changed = {name for name in late if late[name] != rotated[name]}
    assert {"order/keys/order.pem", "edge/keys/public.json", "envoy/tls/envoy.pem"} <= changed
    assert not {name for name in changed if "/secrets/" in name or name.startswith(("postgres", "pgbouncer"))}


def test_kubernetes_gets_them_as_secrets_that_the_manifests_name(tmp_path: Path) -> None:
    files = make(tmp_path)

    made = {one["metadata"]["name"]: one["stringData"] for one in yaml.safe_load_all(manifests(tmp_path))}

    assert made["easyorder-order"]["EASYORDER_MESH_SECRET"] == files["order/secrets/EASYORDER_MESH_SECRET"]
    assert set(made["easyorder-keys-order"]) == {"order.pem", "public.json"}
    assert set(made["easyorder-keys-edge"]) == {"public.json"}
    assert made["postgres-superuser"] == {"username": "postgres", "password": files["postgres/password"]}
    assert set(made["easyorder-migrate"]) >= {"EASYORDER_DATABASE_URL", "EASYORDER_ORDER_DATABASE_PASSWORD"}


def is_certificate(name: str) -> bool:
    return "/tls/" in name and name.endswith(".pem")
