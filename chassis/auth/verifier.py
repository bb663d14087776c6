"""Turns a bearer token into a Caller, or refuses it: algorithm, signature, issuer, audience and life are checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chassis.auth import service_tokens
from chassis.auth.keys import KeySource
from chassis.context import Caller
from chassis.errors import TokenExpired, Unauthenticated, Unavailable

log = structlog.get_logger(__name__)

ISSUER = AUDIENCE = "easyorder"
USER_ALGORITHM = "EdDSA"
_REQUIRED = ["exp", "iat", "iss", "aud", "sub"]


class TokenVerifier:
    """Verifies people's tokens (EdDSA, identity's keys) and services' tokens (HS256, the mesh's secret).

    The algorithm a token names decides which key, issuer and audience it must match, so neither kind can pass for the
    other. Verified tokens are remembered until they expire, `cache_size` at most. Keys are asked for again when a token
    names one that is unknown, at most once in `refresh_after_s`, and in any case after `max_age_s`, so that withdrawn
    keys end.
    """

    def __init__(
        self,
        keys: KeySource,
        mesh_secret: str,
        *,
        cache_size: int = 20_000,
        refresh_after_s: float = 5.0,
        max_age_s: float = 600.0,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = keys
        self._mesh_secret = service_tokens.checked(mesh_secret)
        self._cache_size = cache_size
        self._refresh_after_s = refresh_after_s
        self._max_age_s = max_age_s
        self._now = now
        self._monotonic = monotonic
        self._keys: Mapping[str, Ed25519PublicKey] = {}
        self._keys_read_at = float("-inf")
        self._refreshing = asyncio.Lock()
        self._verified: dict[str, tuple[Caller, float]] = {}

    async def verify(self, token: str) -> Caller:
        """Raises TokenExpired, Unauthenticated, or Unavailable when the keys can not be had."""
        known = self._verified.get(token)
        if known is not None and known[1] > self._now():
            return known[0]
        caller, expires_at = await self._verify(token)
        self._remember(token, caller, expires_at)
        return caller

    async def _verify(self, token: str) -> tuple[Caller, float]:
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") == service_tokens.ALGORITHM:
                claims = self._claims(token, self._mesh_secret, service_tokens.ALGORITHM, service_tokens.MESH)
                return Caller.service(claims["sub"]), float(claims["exp"])
            if header.get("alg") == USER_ALGORITHM:
                claims = self._claims(token, await self._key(header.get("kid")), USER_ALGORITHM, ISSUER)
                return _person(claims), float(claims["exp"])
        except jwt.ExpiredSignatureError as error:
            raise TokenExpired("the access token has expired; refresh it or log in again") from error
        except jwt.PyJWTError as error:
            raise Unauthenticated("the access token is not valid; log in again") from error
        raise Unauthenticated("the access token is not valid; log in again")

    def _claims(self, token: str, key: Ed25519PublicKey | str, algorithm: str, issuer: str) -> dict[str, Any]:
        # Issuer and audience have the same name in both kinds of token.
        return jwt.decode(
            token, key, algorithms=[algorithm], issuer=issuer, audience=issuer, options={"require": _REQUIRED}
        )

    async def _key(self, kid: str | None) -> Ed25519PublicKey:
        limit_s = self._max_age_s if kid in self._keys else self._refresh_after_s
        if self._monotonic() - self._keys_read_at >= limit_s:
            await self._refresh(kid)
        if kid is None or kid not in self._keys:
            raise jwt.InvalidKeyError("signed with a key that is not in use")
        return self._keys[kid]

    async def _refresh(self, kid: str | None) -> None:
        seen = self._keys_read_at
        async with self._refreshing:
            if self._keys_read_at != seen:  # somebody did it while this call waited
                return
            try:
                self._keys = await self._source.keys()
            except Unavailable:
                # A key that was good a moment ago is better than locking everybody out.
                if kid not in self._keys:
                    raise
                log.warning("keys not refreshed", kid=kid)
            self._keys_read_at = self._monotonic()

    def _remember(self, token: str, caller: Caller, expires_at: float) -> None:
        self._verified.pop(token, None)
        if len(self._verified) >= self._cache_size:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = (caller, expires_at)


def _person(claims: Mapping[str, Any]) -> Caller:
    return Caller.person(
        claims["sub"], admin="ADMIN" in claims.get("roles", ()), team_ids=tuple(claims.get("teams", ()))
    )
