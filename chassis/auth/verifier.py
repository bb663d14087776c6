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
from chassis.auth.service_tokens import ServiceKey, ServiceKeys
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
    """Verifies users' tokens (keys of identity_svc) and services' tokens (keys of the services), both EdDSA.

    The type that a token names determines the keys, issuer and audience that it must match, so that neither kind is
    accepted as the other. At most `cache_size` of them are cached until they expire or their key is withdrawn.
    """

    cache_size = 20_000

    def __init__(
        self,
        keys: KeyCache,
        service_keys: ServiceKeys,
        *,
        revocations: Revocations | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.keys, self.revocations, self._service_keys = keys, revocations, service_keys
        self.background: tuple[Background, ...] = (keys, revocations) if revocations else (keys,)
        self._clock = clock or SystemClock()
        self._verified: dict[str, _Verified] = {}

    async def verify(self, token: str, *, grace_s: float = 0) -> Caller:
        """Accepts a token for `grace_s` after it has expired.

        Raises TokenExpired, TokenRevoked, Unauthenticated, or Unavailable if the keys cannot be read.
        """
        known = self._verified.get(token)
        is_valid = known and known.expires_at + grace_s > self._clock.now().timestamp()
        if known and is_valid and await self._is_in_use(known):
            return self.not_revoked(known.caller)
        verified = await self._verify(token, grace_s)
        self._remember(token, verified)
        return self.not_revoked(verified.caller)

    def not_revoked(self, caller: Caller) -> Caller:
        """The caller. Raises TokenRevoked."""
        if self.revocations and self.revocations.cover(caller):
            raise TokenRevoked(caller)
        return caller

    async def _is_in_use(self, known: _Verified) -> bool:
        if known.caller.is_service:
            return self._service_key(known.kid) is not None
        return await self.keys.key(known.kid) is not None

    def _service_key(self, kid: str) -> ServiceKey | None:
        key = self._service_keys.key(kid)
        return key if key and key.expires_at_s > self._clock.now().timestamp() else None

    async def _verify(self, token: str, grace_s: float) -> _Verified:
        try:
            header = jwt.get_unverified_header(token)
            kind, kid = (header.get("alg"), header.get("typ")), str(header.get("kid"))
            if kind == (service_tokens.ALGORITHM, service_tokens.TYPE):
                return self._verify_service(token, kid)
            if kind == (USER_ALGORITHM, USER_TYPE):
                key = await self.keys.key(kid)
                if key is None:
                    raise jwt.InvalidKeyError("signed with a key that is not in use")
                claims = self._claims(token, key, ISSUER, AUDIENCE, grace_s)
                person = Caller.person(claims.sub, admin="ADMIN" in claims.roles, team_ids=claims.teams)
                person = replace(person, expires_at_s=claims.exp, session_id=claims.sid, version=claims.ver)
                return _Verified(person, claims.exp, kid)
        except jwt.ExpiredSignatureError as error:
            raise TokenExpired("the access token has expired; refresh it or log in again") from error
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:  # the last three: claims of wrong types
            raise Unauthenticated("the access token is not valid; log in again") from error
        raise Unauthenticated("the access token is not valid; log in again")

    def _verify_service(self, token: str, kid: str) -> _Verified:
        """Never TokenExpired, which callers would take for the token of the user whom they serve."""
        key = self._service_key(kid)
        if key is None:
            raise jwt.InvalidKeyError("signed with a key that is not in use")
        try:
            claims = self._claims(token, key.public, key.service, self._service_keys.service)
        except jwt.ExpiredSignatureError as error:
            raise Unauthenticated("the service token has expired") from error
        if claims.sub != key.service:
            raise ValueError("signed with the key of another service")
        return _Verified(Caller.service(key.service), claims.exp, kid)

    def _claims(self, token: str, key: Ed25519PublicKey, issuer: str, audience: str, grace_s: float = 0) -> _Claims:
        content = jwt.decode(
            token, key, algorithms=[USER_ALGORITHM], issuer=issuer, audience=audience, options=_OPTIONS
        )
        claims = _Claims.model_validate_json(json.dumps(content), strict=True)
        # PyJWT would compare with the machine's clock.
        now_s = self._clock.now().timestamp()
        if claims.exp + grace_s <= now_s:
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
    kid: str  # of the key that signed the token
