"""Signing keys (Ed25519), encrypted as soon as they are made, so that a stolen table cannot sign tokens."""

from __future__ import annotations

import secrets
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from identity_svc.domain.tokens import PublicKey, SigningKey

_PURPOSE = b"easyorder identity signing keys v1"
_NONCE_LENGTH = 12


class KeyDecryptionFailed(Exception):
    """The mesh's secret differs from the one that a signing key was encrypted with."""


class KeyEncryption:
    """AES-256-GCM under a key derived from the mesh's secret (HKDF, RFC 5869)."""

    def __init__(self, mesh_secret: str) -> None:
        derived = HKDF(hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(mesh_secret.encode())
        self._cipher = AESGCM(derived)

    def new_key(self, at: datetime, signs_from: datetime) -> SigningKey:
        """An encrypted key, bound to its public half: it cannot be decrypted in another row."""
        private = Ed25519PrivateKey.generate()
        public = PublicKey(private.public_key().public_bytes_raw())
        nonce = secrets.token_bytes(_NONCE_LENGTH)
        encrypted = nonce + self._cipher.encrypt(nonce, private.private_bytes_raw(), public.x)
        return SigningKey(public=public, encrypted=encrypted, created_on=at, signs_from=signs_from)

    def open(self, key: SigningKey) -> Ed25519PrivateKey:
        """Raises KeyDecryptionFailed when the secret differs or the row was tampered with."""
        nonce, encrypted = key.encrypted[:_NONCE_LENGTH], key.encrypted[_NONCE_LENGTH:]
        try:
            return Ed25519PrivateKey.from_private_bytes(self._cipher.decrypt(nonce, encrypted, key.public.x))
        except InvalidTag:
            raise KeyDecryptionFailed(
                f"signing key {key.public.kid} was encrypted with another EASYORDER_MESH_SECRET; start with that one, "
                "or delete the key from the table signing_key, whereupon everybody has to log in again"
            ) from None
