"""Refresh tokens: a session's id, the number of the token, the session's secret, and a MAC over these.

The MAC shows that a token was issued here, so that spent ones need not be stored and invented ones end no session. It
is computed with a key that is derived from the mesh's secret: every replica makes the same successor of a token, and
nobody makes it from the token alone or from the database.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import uuid
from dataclasses import replace
from struct import Struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from identity_svc.domain.session import RefreshTokenContent, SessionId

_PURPOSE = b"easyorder identity refresh tokens v1"
_CONTENT = Struct(">16sI32s")


class MacRefreshTokens:
    """HMAC-SHA-256 under a key derived from the mesh's secret (HKDF, RFC 5869)."""

    def __init__(self, mesh_secret: str) -> None:
        self._key = HKDF(hashes.SHA256(), length=32, salt=None, info=_PURPOSE).derive(mesh_secret.encode())

    def first(self) -> RefreshTokenContent:
        """The first refresh token of a new session, with a new secret of 256 bits."""
        return RefreshTokenContent(SessionId(uuid.uuid4()), 1, secrets.token_bytes(32))

    def next(self, token: RefreshTokenContent) -> RefreshTokenContent:
        """The one that replaces `token` when it is used."""
        return replace(token, generation=token.generation + 1)

    def write(self, token: RefreshTokenContent) -> str:
        content = _CONTENT.pack(token.session_id.bytes, token.generation, token.secret)
        return base64.urlsafe_b64encode(content + self._mac(content)).decode().rstrip("=")

    def read(self, text: str) -> RefreshTokenContent | None:
        """None for what was not written with this key."""
        try:
            data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except ValueError:
            return None
        content, mac = data[: _CONTENT.size], data[_CONTENT.size :]
        if not hmac.compare_digest(mac, self._mac(content)):
            return None
        id, generation, secret = _CONTENT.unpack(content)
        return RefreshTokenContent(SessionId(uuid.UUID(bytes=id)), generation, secret)

    def _mac(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, "sha256")
