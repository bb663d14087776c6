"""PgBouncer before a server of the tests, as docs/pgbouncer.ini has it."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from tests.architecture.tracked import ROOT
from tests.folders import data_folder
from tests.polling import eventually

EXAMPLE = ROOT / "docs/pgbouncer.ini"
# Debian 13 with the package, made by debootstrap, for a machine whose own is older.
_DEBIAN = ROOT / ".cache/debian13"
_SINCE = (1, 21)


def program() -> list[str]:
    """The command of PgBouncer 1.21 or newer; skips the test where there is none."""
    commands = [[found] for found in (shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin"),) if found]
    for loader in _DEBIAN.glob("usr/lib/*-linux-gnu/ld-linux-*"):
        commands.append([str(loader), "--library-path", str(loader.parent), str(_DEBIAN / "usr/sbin/pgbouncer")])
    for command in commands:
        said = subprocess.run([*command, "--version"], check=True, capture_output=True).stdout.decode()
        if tuple(map(int, re.findall(r"\d+", said)[:2])) >= _SINCE:
            return command
    pytest.skip("needs PgBouncer 1.21, as in Debian 13: see CONTRIBUTING.md")


@asynccontextmanager
async def pgbouncer(urls: Mapping[str, str], **settings: object) -> AsyncIterator[dict[str, str]]:
    """Runs for the block; the URLs through it of the databases in `urls`, by the names that docs/pgbouncer.ini knows.

    `settings` replace those of the example.
    """
    command = program()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    server = make_url(next(iter(urls.values())))
    folder = server.query.get("host")
    if not isinstance(folder, str):
        pytest.skip("a server with a socket is needed")
    own: dict[str, object] = {"listen_port": port, "unix_socket_dir": "", "auth_type": "any", "auth_file": ""}
    with data_folder() as data:
        data.chmod(0o755)
        configuration = data / "pgbouncer.ini"
        added = "".join(f"{name} = {value}\n" for name, value in (own | settings).items())
        configuration.write_text(_with_databases(urls, folder, server.username or "postgres") + added, encoding="utf-8")
        log = data / "log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *command, str(configuration), stdout=output, stderr=output, **_user(folder)
            )
        try:
            await eventually(lambda: _listens(port))
            yield {
                name: make_url(url)
                .set(host="127.0.0.1", port=port, query={}, database=name)
                .render_as_string(hide_password=False)
                for name, url in urls.items()
            }
        finally:
            process.terminate()
            await process.wait()
            print(log.read_text(encoding="utf-8", errors="replace"))


def _user(folder: str) -> dict[str, Any]:
    """Whoever runs the server: PgBouncer does not run as root."""
    owner = Path(folder).stat()
    return {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}


def _with_databases(urls: Mapping[str, str], folder: str, user: str) -> str:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        name, _, rest = line.partition(" = host=db.example.com ")
        if rest and name in urls:
            lines[number] = f"{name} = host={folder} dbname={make_url(urls[name]).database} user={user} {rest}"
    return "\n".join([*lines, ""])


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
