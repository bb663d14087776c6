"""TLS and HTTP/3 at Envoy: the certificate is read from files, again whenever these are replaced."""

from __future__ import annotations

import json
from importlib.resources import files
from string import Template

from envoy.config import EnvoySettings
from envoy.matching import JsonObject

CERTIFICATE = "certificate"
_API = "type.googleapis.com/envoy.extensions.transport_sockets"


def clients_transport_socket(settings: EnvoySettings) -> JsonObject | None:
    """How connections are encrypted; None without a certificate."""
    if not settings.has_tls:
        return None
    context: JsonObject = {"@type": f"{_API}.tls.v3.DownstreamTlsContext", **_context(settings, ["h2", "http/1.1"])}
    return {"name": "envoy.transport_sockets.tls", "typed_config": context}


def http3_listener(settings: EnvoySettings) -> str:
    """The listener as YAML, in a list of listeners; empty without a certificate."""
    if not settings.has_tls:
        return ""
    context: JsonObject = {
        "@type": f"{_API}.quic.v3.QuicDownstreamTransport",
        "downstream_tls_context": _context(settings, ["h3"]),
        # Requests before the end of the handshake could be sent again by whoever saw them (RFC 8446, 8).
        "enable_early_data": False,
    }
    template = (files("envoy") / "http3.template.yaml").read_text(encoding="utf-8")
    return Template(template).substitute(
        listen_host=json.dumps(settings.envoy_host),
        http_port=settings.http_port,
        transport_socket=json.dumps({"name": "envoy.transport_sockets.quic", "typed_config": context}),
    )


def certificate(settings: EnvoySettings) -> str:
    """What the file `settings.envoy_certificate_source` contains: Envoy reads from there where the certificate is.

    Only a certificate that is read so is read again when a file is moved into the folder of the certificate.
    """
    chain, key = settings.envoy_certificate_file, settings.envoy_certificate_key_file
    if not (chain and key):
        raise ValueError("there is no certificate in these settings")
    pair: JsonObject = {
        "certificate_chain": {"filename": str(chain.absolute())},
        "private_key": {"filename": str(key.absolute())},
        "watched_directory": {"path": str(chain.absolute().parent)},
    }
    secret = {"@type": f"{_API}.tls.v3.Secret", "name": CERTIFICATE, "tls_certificate": pair}
    return json.dumps({"resources": [secret]})


def _context(settings: EnvoySettings, protocols: list[str]) -> JsonObject:
    source: JsonObject = {"path_config_source": {"path": str(settings.envoy_certificate_source)}}
    return {
        "common_tls_context": {
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
            "alpn_protocols": protocols,
            "tls_certificate_sds_secret_configs": [{"name": CERTIFICATE, "sds_config": source}],
        }
    }
