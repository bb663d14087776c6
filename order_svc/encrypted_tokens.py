"""Tokens that say something to this shop only: encrypted and authenticated JSON, safe in a URL."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Generic, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel

from order_svc.shop_key import derived

Content = TypeVar("Content", bound=BaseModel)
_NONCE_BYTES = 12


class EncryptedTokens(Generic[Content]):
    """Tokens for one purpose: a token for another one is none."""

    def __init__(self, key: bytes, purpose: str, content: type[Content]) -> None:
        self._cipher = AESGCM(derived(key, purpose))
        self._content = content

    def create(self, content: Content) -> str:
        """Another token each time."""
        nonce = os.urandom(_NONCE_BYTES)
        encrypted = self._cipher.encrypt(nonce, content.model_dump_json().encode(), None)
        return urlsafe_b64encode(nonce + encrypted).decode().rstrip("=")

    def read(self, token: str) -> tuple[bytes, Content] | None:
        """What is unique to the token, and its content; None if it is no token."""
        try:
            decoded = urlsafe_b64decode(token + "=" * (-len(token) % 4))
            nonce = decoded[:_NONCE_BYTES]
            return nonce, self._content.model_validate_json(self._cipher.decrypt(nonce, decoded[_NONCE_BYTES:], None))
        except (ValueError, InvalidTag):
            return None
