"""Mutual TLS from Envoy to the services. `python -m envoy.upstream_tls` prints the file that names Envoy's certificate.

Envoy reads the certificate again when it is replaced, but only if a file of its own (SDS) names it.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from chassis.grpc.tls import AUTHORITY
from chassis.settings import MeshSettings, from_environment
from envoy.matching import JsonObject

# In TLS_DIR.
SECRET = "envoy.sds.json"
_TYPES = "type.googleapis.com/envoy.extensions.transport_sockets"


def transport_socket(settings: MeshSettings, service: str) -> JsonObject:
    """How Envoy connects to a service: with its own certificate, to one that has the name of the service."""
    if settings.tls_dir is None:
        plain = {"@type": f"{_TYPES}.raw_buffer.v3.RawBuffer"}
        return {"name": "envoy.transport_sockets.raw_buffer", "typed_config": plain}
    context = {
        "alpn_protocols": ["h2"],
        "tls_certificate_sds_secret_configs": [
            {"name": "envoy", "sds_config": {"path_config_source": {"path": _text(settings.tls_dir / SECRET)}}}
        ],
        "validation_context": {
            "trusted_ca": {"filename": _text(settings.tls_dir / AUTHORITY)},
            "match_typed_subject_alt_names": [{"san_type": "DNS", "matcher": {"exact": service}}],
        },
    }
    tls = {"@type": f"{_TYPES}.tls.v3.UpstreamTlsContext", "sni": service, "common_tls_context": context}
    return {"name": "envoy.transport_sockets.tls", "typed_config": tls}


def secret(folder: Path) -> str:
    """What SECRET has: `envoy.pem` is the private key and the certificate of Envoy."""
    own = {"filename": _text(folder / "envoy.pem")}
    # Mounted secrets of Kubernetes are replaced by moving a link in their folder.
    certificate = {"certificate_chain": own, "private_key": own, "watched_directory": {"path": _text(folder)}}
    named = {"@type": f"{_TYPES}.tls.v3.Secret", "name": "envoy", "tls_certificate": certificate}
    return json.dumps({"resources": [named]})


def _text(path: Path) -> str:
    """Envoy reads UTF-8, whatever the encoding of this process's file system."""
    return os.fsencode(path.absolute()).decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    found = from_environment(MeshSettings).tls_dir
    sys.exit(print(secret(found)) if found else "EASYORDER_TLS_DIR is not set")
