"""Access tokens: JWTs signed with Ed25519 (RFC 7519, RFC 8037), which carry a user's identity, roles and session."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.auth.verifier import AUDIENCE, ISSUER, USER_ALGORITHM, USER_TYPE
from identity_svc.domain.session import Session
from identity_svc.domain.tokens import AccessToken
from identity_svc.domain.user import User


class JwtAccessTokens:
    """Issues tokens that are valid for `life_s` and name their signing key by `kid`."""

    def __init__(self, signing_key: Callable[[], tuple[str, Ed25519PrivateKey]], *, life_s: int) -> None:
        self._signing_key = signing_key
        self._life_s = life_s

    def issue(self, user: User, session: Session) -> AccessToken:
        """A token that is valid from the last use of the session on; the same for the same use and user."""
        issued = session.last_used_on
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user.id),
            "roles": sorted(role.name for role in user.roles),
            "teams": [str(team_id) for team_id in user.team_ids],
            "iat": issued,
            "exp": issued + timedelta(seconds=self._life_s),
            "jti": uuid.uuid5(session.id, str(session.generation)).hex,
            "sid": str(session.id),
            "ver": user.version,
        }
        kid, private_key = self._signing_key()
        headers = {"kid": kid, "typ": USER_TYPE}
        text = jwt.encode(claims, private_key, algorithm=USER_ALGORITHM, headers=headers)
        return AccessToken(text=text, expires_in_s=self._life_s)
