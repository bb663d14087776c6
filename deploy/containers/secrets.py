"""`python -m deploy.containers.secrets FOLDER`: the secrets of a mesh in containers, in files for one container each.

FOLDER has a folder for each of them: `secrets` is its SECRETS_DIR, `keys` its SERVICE_KEYS_DIR and `tls` its TLS_DIR.
What is there stays; certificates are made again in the second half of their life, or with `--rotate`, which makes new
service keys, too. Processes read replaced certificates and keys while they run.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from chassis.auth.service_tokens import PUBLIC_KEYS
from chassis.clock import SystemClock
from chassis.grpc.tls import AUTHORITY
from deploy.config import as_role, password_variable, role, secret_of
from deploy.local.certificates import ENVOY, OPERATOR, Authority
from deploy.service_keys import make_keys, write_file
from envoy.upstream_tls import SECRET, secret

DATABASES = {
    "identity": "identity_svc",
    "inventory": "inventory_svc",
    "order": "order_svc",
    "payment": "order_svc.payment",
}
SERVICES = (*DATABASES, "edge")
OWNER = "postgres"
# Its configuration and its sockets.
ENVOY_RUNS_IN = "envoy-run"
# Read by nobody else, also where the image of a container has another user.
PRIVATE, FOR_ITS_CONTAINER = 0o400, 0o444
USER = 65532
CERTIFICATE_DAYS = 365
# Where a container finds its folder.
MOUNTED = Path("/etc/easyorder")
_DEFAULTS = {"server": "postgres:5432", "pooler": "pgbouncer:6432"}


class MeshSecrets:
    """Makes what is missing in `folder`. The administrator's password is the only one that somebody chooses."""

    def __init__(self, folder: Path, now: datetime, *, server: str, pooler: str, user: int | None = None) -> None:
        self._folder, self._now, self._user = folder, now, user
        self._server, self._pooler = server, pooler

    def make(self, admin_password: str, *, rotate: bool = False) -> None:
        owner = self._random("postgres/password", mode=FOR_ITS_CONTAINER)
        mesh_secret = self._random("identity/secrets/EASYORDER_MESH_SECRET")
        token = self._random("prometheus/metrics_token", mode=FOR_ITS_CONTAINER)
        passwords = {package: self._random(f"migrate/secrets/{password_variable(package)}") for package in ROLES}
        self._write("migrate/secrets/EASYORDER_DATABASE_URL", f"postgresql+asyncpg://{OWNER}:{owner}@{self._server}/")
        if admin_password:
            self._write("identity/secrets/EASYORDER_ADMIN_PASSWORD", admin_password)
        for service in SERVICES:
            self._write(f"{service}/secrets/EASYORDER_MESH_SECRET", secret_of(service, mesh_secret))
            self._write(f"{service}/secrets/EASYORDER_METRICS_TOKEN", token)
        for service, package in DATABASES.items():
            url = as_role(f"postgresql+asyncpg://{self._pooler}/", package, passwords[package])
            self._write(f"{service}/secrets/EASYORDER_DATABASE_URL", url)
        users = [f'"{role(package)}" "{password}"\n' for package, password in passwords.items()]
        self._write("pgbouncer/userlist.txt", "".join(users))
        self._own(ENVOY_RUNS_IN)
        self._service_keys(rotate=rotate)
        self._certificates(rotate=rotate)

    def _service_keys(self, *, rotate: bool) -> None:
        folder = self._folder / "authority"
        make_keys(folder, self._now, older_than=timedelta() if rotate else None)
        for service in SERVICES:
            for name in (PUBLIC_KEYS, f"{service}.pem"):
                if (folder / name).exists():
                    self._write(f"{service}/keys/{name}", (folder / name).read_text(encoding="utf-8"))

    def _certificates(self, *, rotate: bool) -> None:
        if not rotate and self._is_half_left():
            return
        made = self._folder / "authority/tls"
        Authority(made, [*SERVICES, ENVOY, OPERATOR], life=timedelta(days=CERTIFICATE_DAYS)).issue(self._now)
        for name in (*SERVICES, ENVOY, OPERATOR):
            # The authority first: a process reads both when its own file is another one.
            for file in (AUTHORITY, f"{name}.pem"):
                self._write(f"{name}/tls/{file}", (made / file).read_text(encoding="utf-8"))
        self._write(f"{ENVOY}/tls/{SECRET}", secret(MOUNTED / "tls"))
        shutil.rmtree(made)

    def _is_half_left(self) -> bool:
        path = self._folder / ENVOY / "tls" / f"{ENVOY}.pem"
        if not path.exists():
            return False
        end = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
        return end - self._now > timedelta(days=CERTIFICATE_DAYS) / 2

    def _random(self, name: str, *, mode: int = PRIVATE) -> str:
        """The secret in this file, made if there is none."""
        path = self._folder / name
        if path.exists():
            return path.read_text(encoding="utf-8")
        # Of these letters, for URLs and lists of users.
        text = secrets.token_hex(32)
        self._write(name, text, mode=mode)
        return text

    def _write(self, name: str, text: str, *, mode: int = PRIVATE) -> None:
        path = self._folder / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        write_file(path, text, mode=mode)
        self._own(name)

    def _own(self, name: str) -> None:
        path = self._folder / name
        if not path.exists():
            path.mkdir()
        if self._user is not None:
            os.chown(path, self._user, self._user)


ROLES = tuple(DATABASES.values())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.containers.secrets", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rotate", action="store_true", help="new service keys and certificates")
    parser.add_argument("--server", default=_DEFAULTS["server"], help="host:port of PostgreSQL")
    parser.add_argument("--pooler", default=_DEFAULTS["pooler"], help="host:port to which the services connect")
    given = parser.parse_args()
    user = USER if os.geteuid() == 0 else None
    made = MeshSecrets(given.folder, SystemClock().now(), server=given.server, pooler=given.pooler, user=user)
    made.make(os.environ.get("EASYORDER_ADMIN_PASSWORD", ""), rotate=given.rotate)
    print(f"secrets are in {given.folder}")


if __name__ == "__main__":
    main()
