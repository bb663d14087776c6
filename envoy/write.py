"""`python -m envoy.write FOLDER`: writes what Envoy starts with to FOLDER, for a container that has no Python.

That is `envoy.yaml` and, if Envoy has a certificate, the file in ENVOY_SOCKET_DIR that names it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from chassis.settings import from_environment
from envoy.config import EnvoySettings
from envoy.render import render
from envoy.tls import certificate

CONFIGURATION = "envoy.yaml"


def write(settings: EnvoySettings, folder: Path) -> None:
    """Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CONFIGURATION).write_text(render(settings), encoding="utf-8")
    settings.envoy_socket_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if settings.has_tls:
        settings.envoy_certificate_source.write_text(certificate(settings), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m envoy.write FOLDER")
    write(from_environment(EnvoySettings), Path(sys.argv[1]))
