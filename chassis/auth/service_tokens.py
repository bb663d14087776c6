"""How services of the mesh show who they are: short tokens signed with the secret that only they share."""

from __future__ import annotations

from datetime import timedelta

import jwt

from chassis.clock import Clock, SystemClock

MESH = "easyorder-mesh"  # issuer and audience
ALGORITHM = "HS256"
LIFE = timedelta(minutes=5)
MIN_SECRET_LENGTH = 32
_RENEW_BEFORE = timedelta(minutes=1)


def checked(secret: str) -> str:
    """The secret itself. ValueError when there is none worth the name: such a mesh would believe anybody."""
    if len(secret) < MIN_SECRET_LENGTH:
        raise ValueError(f"the mesh's secret (EASYORDER_MESH_SECRET) needs at least {MIN_SECRET_LENGTH} characters")
    return secret


class ServiceTokens:
    """Mints the tokens of one service and uses each until a minute before it expires."""

    def __init__(self, service: str, secret: str, clock: Clock | None = None) -> None:
        self._service = service
        self._secret = checked(secret)
        self._clock = clock or SystemClock()
        self._token = ""
        self._renew_at = self._clock.now()

    def current(self) -> str:
        """A token that is valid for at least another minute."""
        now = self._clock.now()
        if now >= self._renew_at:
            claims = {"iss": MESH, "aud": MESH, "sub": self._service, "iat": now, "exp": now + LIFE}
            self._token = jwt.encode(claims, self._secret, algorithm=ALGORITHM)
            self._renew_at = now + LIFE - _RENEW_BEFORE
        return self._token
