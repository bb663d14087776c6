"""The certificates of the processes of this mesh, for mutual TLS: made at its start, and again before they expire.

Each start makes a new authority, whose private key is never stored. `operator.pem` is for people at the terminal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chassis.grpc.tls import AUTHORITY
from deploy.service_keys import write_file

OPERATOR, ENVOY = "operator", "envoy"
_OWN_NAME = "EasyOrder"
# Clocks of machines differ, and are set back. The keys are new, so that an early begin allows nothing.
_BEFORE = timedelta(days=365)
_OWN_LIFE = timedelta(days=3650)


class Authority:
    """Issues certificates with `names` to `folder`, each with its private key. They are valid for `life`."""

    def __init__(self, folder: Path, names: Sequence[str], *, life: timedelta) -> None:
        self.folder, self._names, self._life = folder, names, life
        self._key = generate_private_key(SECP256R1())
        self._issued_at: datetime | None = None

    def issue(self, now: datetime) -> None:
        """Makes new certificates, unless half the life of the present ones is left."""
        if self._issued_at is None:
            own = self._signed(self._key.public_key(), _OWN_NAME, now, _OWN_LIFE)
            self.folder.mkdir(parents=True, exist_ok=True)
            write_file(self.folder / AUTHORITY, own.public_bytes(Encoding.PEM).decode())
        elif now - self._issued_at < self._life / 2:
            return
        for name in self._names:
            self.write(self.folder / f"{name}.pem", name, now, self._life)
        self._issued_at = now

    def write(self, path: Path, name: str, now: datetime, life: timedelta) -> None:
        """Writes a new private key and its certificate."""
        key = generate_private_key(SECP256R1())
        certificate = self._signed(key.public_key(), name, now, life)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_file(path, (private + certificate.public_bytes(Encoding.PEM)).decode(), mode=0o600)

    def _signed(self, key: EllipticCurvePublicKey, name: str, now: datetime, life: timedelta) -> x509.Certificate:
        is_own = name == _OWN_NAME
        made = x509.CertificateBuilder(
            issuer_name=_distinguished(_OWN_NAME),
            subject_name=_distinguished(name),
            public_key=key,
            serial_number=x509.random_serial_number(),
            not_valid_before=now - _BEFORE,
            not_valid_after=now + life,
        ).add_extension(x509.BasicConstraints(ca=is_own, path_length=0 if is_own else None), critical=True)
        if not is_own:
            uses = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
            names = x509.SubjectAlternativeName([x509.DNSName(name)])
            made = made.add_extension(uses, critical=False).add_extension(names, critical=False)
        return made.sign(self._key, SHA256())


def _distinguished(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
