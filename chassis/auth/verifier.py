"""Turns a bearer token into a Caller, after checking its algorithm, signature, issuer, audience and expiry."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from jwt.types import Options
from pydantic import BaseModel, FiniteFloat

from chassis.auth import service_tokens
from chassis.auth.keys import KeyCache
from chassis.auth.revocations import Revocations
from chassis.background import Background
from chassis.clock import Clock, SystemClock
from chassis.context import Caller
from chassis.errors import TokenExpired, TokenRevoked, Unauthenticated

ISSUER = AUDIENCE = "easyorder"
USER_ALGORITHM, USER_TYPE = "EdDSA", "at+jwt"  # RFC 9068
# The clock of a token's issuer may be ahead by this much.
LEEWAY_S = 10
_OPTIONS: Options = {"require": ["exp", "iat", "iss", "aud", "sub"], "verify_iat": False, "verify_exp": False}


class _Claims(BaseModel):
    sub: str
    exp: FiniteFloat
    iat: FiniteFloat
    roles: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    sid: str = ""
    ver: int = 0


class TokenVerifier:
    """Verifies users' tokens (EdDSA, keys of identity_svc) and services' tokens (HS256, the mesh's secret).

    The algorithm that a token names determines the key, issuer, audience and type that it must match, so that neither
    kind is accepted as the other. At most `cache_size` of them are cached until they expire or their key is withdrawn.
    """

    cache_size = 20_000

    def __init__(
        self, keys: KeyCache, mesh_secret: str, *, revocations: Revocations | None = None, clock: Clock | None = None
    ) -> None:
        self.keys, self.revocations = keys, revocations
        self.background: tuple[Background, ...] = (keys, revocations) if revocations else (keys,)
        self.mesh_secret, self._clock = service_tokens.checked(mesh_secret), clock or SystemClock()
        self._verified: dict[str, _Verified] = {}

    async def verify(self, token: str) -> Caller:
        """Raises TokenExpired, TokenRevoked, Unauthenticated, or Unavailable if the keys cannot be read."""
        known = self._verified.get(token)
        is_valid = known and known.expires_at > self._clock.now().timestamp()
        if known and is_valid and (known.kid is None or await self.keys.key(known.kid)):
            return self.not_revoked(known.caller)
        verified = await self._verify(token)
        self._remember(token, verified)
        return self.not_revoked(verified.caller)

    def not_revoked(self, caller: Caller) -> Caller:
        """The caller. Raises TokenRevoked."""
        if self.revocations and self.revocations.cover(caller):
            raise TokenRevoked
        return caller

    async def _verify(self, token: str) -> _Verified:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") == service_tokens.ALGORITHM:
                claims = self._claims(token, self.mesh_secret, service_tokens.ALGORITHM, service_tokens.MESH)
                return _Verified(Caller.service(claims.sub), claims.exp, None)
            if (header.get("alg"), header.get("typ")) == (USER_ALGORITHM, USER_TYPE):
                kid = str(header.get("kid"))
                key = await self.keys.key(kid)
                if key is None:
                    raise jwt.InvalidKeyError("signed with a key that is not in use")
                claims = self._claims(token, key, USER_ALGORITHM, ISSUER)
                person = Caller.person(claims.sub, admin="ADMIN" in claims.roles, team_ids=claims.teams)
                person = replace(person, expires_at_s=claims.exp, session_id=claims.sid, version=claims.ver)
                return _Verified(person, claims.exp, kid)
        except jwt.ExpiredSignatureError as error:
            raise TokenExpired("the access token has expired; refresh it or log in again") from error
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:  # the last three: claims of wrong types
            raise Unauthenticated("the access token is not valid; log in again") from error
        raise Unauthenticated("the access token is not valid; log in again")

    def _claims(self, token: str, key: Ed25519PublicKey | str, algorithm: str, issuer: str) -> _Claims:
        # In both kinds of token, the audience equals the issuer.
        content = jwt.decode(token, key, algorithms=[algorithm], issuer=issuer, audience=issuer, options=_OPTIONS)
        claims = _Claims.model_validate_json(json.dumps(content), strict=True)
        # PyJWT would compare with the machine's clock.
        now_s = self._clock.now().timestamp()
        if claims.exp <= now_s:
            raise jwt.ExpiredSignatureError("expired")
        if claims.iat > now_s + LEEWAY_S:
            raise jwt.ImmatureSignatureError("issued in the future")
        return claims

    def _remember(self, token: str, verified: _Verified) -> None:
        self._verified.pop(token, None)
        if len(self._verified) >= self.cache_size:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = verified


class _Verified(NamedTuple):
    caller: Caller
    expires_at: float
    kid: str | None  # of the key that signed the token; None for the mesh's secret, which never changes
