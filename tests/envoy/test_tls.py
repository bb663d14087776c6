"""Envoy speaks TLS with the certificate that is in its files, reads another one when they are replaced, and HTTP/3."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from deploy.local.config import LocalSettings
from envoy.config import ADMIN_SOCKET, EnvoySettings
from foundation.socket_dir import socket_dir
from tests.envoy.fake_mesh import FakeMesh
from tests.envoy.running import RunningEnvoy, configured_envoy, running_envoy
from tests.polling import eventually

LIST_PRODUCTS = "/easyorder.catalog.v1.ProductService/ListProducts"


@dataclass(frozen=True)
class CertificateFiles:
    folder: Path

    @property
    def chain(self) -> Path:
        return self.folder / "tls.crt"

    @property
    def key(self) -> Path:
        return self.folder / "tls.key"

    def replace(self, *, also_key: bool = True) -> int:
        """Writes a new pair, or only the certificate of one, over the old; returns its serial number."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.now(UTC)
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        if also_key:
            self._move(self.key, private)
        self._move(self.chain, made.public_bytes(Encoding.PEM))
        return made.serial_number

    def _move(self, path: Path, content: bytes) -> None:
        new = path.with_suffix(".new")
        new.write_bytes(content)
        os.replace(new, path)


@pytest.fixture
def certificate(tmp_path: Path) -> CertificateFiles:
    folder = tmp_path / "certificate"
    folder.mkdir()
    files = CertificateFiles(folder)
    files.replace()
    return files


@pytest_asyncio.fixture(loop_scope="session")
async def secure(certificate: CertificateFiles, mesh: FakeMesh, tmp_path: Path) -> AsyncIterator[RunningEnvoy]:
    files = {
        "envoy_certificate_file": str(certificate.chain),
        "envoy_certificate_key_file": str(certificate.key),
    }
    async with running_envoy(tmp_path, mesh.ports, changed=str, **files) as envoy:
        yield envoy


async def serial_number(envoy: RunningEnvoy) -> int:
    """Of the certificate that a new connection gets."""
    anybody = ssl.create_default_context()
    anybody.check_hostname, anybody.verify_mode = False, ssl.CERT_NONE
    _, writer = await asyncio.open_connection("127.0.0.1", envoy.http_port, ssl=anybody)
    shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    writer.close()
    return x509.load_der_x509_certificate(shown).serial_number


@pytest.mark.asyncio(loop_scope="session")
async def test_json_and_grpc_over_tls(secure: RunningEnvoy, certificate: CertificateFiles) -> None:
    trusted = ssl.create_default_context(cafile=str(certificate.chain))
    async with httpx.AsyncClient(verify=trusted, trust_env=False) as http:
        reply = await http.get(f"https://localhost:{secure.http_port}/api/v1/products")
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(f"http://localhost:{secure.http_port}/api/v1/products")
    credentials = grpc.ssl_channel_credentials(certificate.chain.read_bytes())
    async with grpc.aio.secure_channel(f"localhost:{secure.http_port}", credentials) as channel:
        stub: Any = channel.unary_unary(LIST_PRODUCTS)
        await stub(b"", timeout=5)

    assert reply.status_code == 200
    assert reply.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert reply.headers["alt-svc"].startswith('h3=":')


@pytest.mark.asyncio(loop_scope="session")
async def test_old_versions_of_tls_are_refused(secure: RunningEnvoy) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1

    with pytest.raises(ssl.SSLError):
        await asyncio.open_connection("127.0.0.1", secure.http_port, ssl=old)


@pytest.mark.asyncio(loop_scope="session")
async def test_a_certificate_that_is_replaced_is_used(secure: RunningEnvoy, certificate: CertificateFiles) -> None:
    first = await serial_number(secure)
    second = certificate.replace()

    async def is_second() -> bool:
        return await serial_number(secure) == second

    await eventually(is_second)
    assert first != second

    certificate.replace(also_key=False)
    await eventually(lambda: secure.stat(".*key_rotation_failed"))
    assert await serial_number(secure) == second


@pytest.mark.asyncio(loop_scope="session")
async def test_http_3(secure: RunningEnvoy, certificate: CertificateFiles, tmp_path: Path) -> None:
    """Another Envoy is the client."""
    (folder := tmp_path / "client").mkdir()
    admin_socket = socket_dir(folder, ADMIN_SOCKET) / ADMIN_SOCKET
    admin_socket.parent.mkdir(exist_ok=True)
    config = client_of(secure.http3_port, certificate.chain, admin_socket)
    async with configured_envoy(folder, config, admin_socket) as client, httpx.AsyncClient(trust_env=False) as http:
        for _ in range(4):
            reply = await http.get(f"{client.url}/api/v1/products", headers={"x-forwarded-for": "203.0.113.9"})
        connections = await client.stat("cluster.edge.upstream_cx_total")
        sent_early = await client.stat("cluster.edge.upstream_rq_0rtt")

    async def is_logged() -> bool:
        return '"protocol":"HTTP/3"' in secure.access_log.read_text(encoding="utf-8")

    assert (reply.status_code, reply.json()["products"]) == (200, [])
    # Whoever sees such a request could send it again.
    assert (connections, sent_early) == (4, 0)
    await eventually(is_logged)


def client_of(port: int, trusted: Path, admin_socket: Path) -> str:
    """An Envoy that forwards over HTTP/3 to a port of this machine."""
    return Template((Path(__file__).parent / "http3_client.yaml").read_text(encoding="utf-8")).substitute(
        port=port, trusted=json.dumps(str(trusted)), admin_socket=json.dumps(str(admin_socket))
    )


def test_a_key_of_another_certificate_or_with_a_password_or_no_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = CertificateFiles(tmp_path)
    files.replace()
    monkeypatch.setenv("EASYORDER_ENVOY_CERTIFICATE_FILE", str(files.chain))
    monkeypatch.setenv("EASYORDER_ENVOY_CERTIFICATE_KEY_FILE", str(files.key))
    assert LocalSettings().has_tls

    encrypted = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")
    )
    for key in (encrypted, b"no key", files.chain.read_bytes()):
        files.key.write_bytes(key)
        with pytest.raises(ValidationError, match="EASYORDER_ENVOY_CERTIFICATE_KEY_FILE must be"):
            LocalSettings()
    files.replace()
    files.replace(also_key=False)
    with pytest.raises(ValidationError, match="KEY_VALUES_MISMATCH"):
        LocalSettings()


def test_both_files_or_none() -> None:
    with pytest.raises(ValidationError, match="EASYORDER_ENVOY_CERTIFICATE_KEY_FILE"):
        EnvoySettings.model_validate({"envoy_certificate_file": "tls.crt"})
