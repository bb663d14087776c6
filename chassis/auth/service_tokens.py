"""Service tokens: services authenticate to each other with short-lived tokens signed with the mesh's secret."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import jwt

from chassis.clock import Clock, SystemClock

MESH = "easyorder-mesh"  # issuer and audience
ALGORITHM = "HS256"
LIFE = timedelta(minutes=5)
MIN_SECRET_LENGTH = 32
_RENEW_BEFORE = timedelta(minutes=1)


def checked(secret: str) -> str:
    """Returns the secret. Raises ValueError if it is too short, because anybody could then forge tokens."""
    if len(secret) < MIN_SECRET_LENGTH:
        raise ValueError(f"the mesh's secret (EASYORDER_MESH_SECRET) needs at least {MIN_SECRET_LENGTH} characters")
    return secret


class ServiceTokens:
    """Mints the tokens of one service; reuses each until a minute before it expires, or until the clock is set back."""

    def __init__(self, service: str, secret: str, clock: Clock | None = None) -> None:
        self._service, self._secret, self._clock = service, checked(secret), clock or SystemClock()
        self._token, self._minted_at = "", datetime.min.replace(tzinfo=UTC)

    def current(self) -> str:
        """A token that is valid for at least one more minute."""
        now = self._clock.now()
        if not timedelta() <= now - self._minted_at < LIFE - _RENEW_BEFORE:
            claims = {"iss": MESH, "aud": MESH, "sub": self._service, "iat": now, "exp": now + LIFE}
            self._token, self._minted_at = jwt.encode(claims, self._secret, algorithm=ALGORITHM), now
        return self._token
