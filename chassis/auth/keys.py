"""The public keys that verify users' tokens: refreshed in the background and cached on disk."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import Context
from pathlib import Path
from typing import Any, TypeAlias

import jwt
import structlog
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from easyorder.identity.v1 import GetJwksRequest, Jwk, Jwks

from chassis.background import PollingLoop, to_completion
from chassis.errors import Unavailable

log = structlog.get_logger(__name__)

# Fewer consecutive failures are not logged: identity_svc is starting or restarting.
_LOGGED_FAILURES = 5
# The time that readers of all keys wait for new ones.
_PATIENCE_S = 1.0

# Keys by key id (`kid`).
Keys: TypeAlias = Mapping[str, Ed25519PublicKey]
# Returns the keys that are in use now; raises an exception if they cannot be read.
KeySource: TypeAlias = Callable[[], Awaitable[Keys]]


def keys_of(identity: Any) -> KeySource:
    """Requests the key set of identity_svc (RFC 7517, RFC 8037), with a chassis.grpc.clients.Client."""

    async def request() -> Keys:
        from chassis.grpc.clients import rpc  # breaks an import cycle: clients use service tokens

        get_jwks = rpc("easyorder.identity.v1.IdentityService", "GetJwks", GetJwksRequest, Jwks)
        return from_jwks(await identity.call(get_jwks, GetJwksRequest(), timeout_s=3.0))

    return request


class KeyCache:
    """The keys that `source` returned last, so that tokens can be verified while identity_svc is slow or unavailable.

    From `start` to `stop` the keys are refreshed in the background every `refresh_after_s`; after that time a withdrawn
    key is rejected and a new key accepted. An unknown key triggers a refresh at once. Only one request runs at a time,
    at most one every `retry_after_s`. `file` keeps the keys for the next start.
    """

    def __init__(
        self,
        source: KeySource,
        *,
        file: Path | None = None,
        refresh_after_s: float = 15.0,
        retry_after_s: float = 2.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._file, self._monotonic = source, file, monotonic
        self._refresh_after_s, self._retry_after_s = refresh_after_s, retry_after_s
        self._known = _read(file) if file else {}
        self._asked_at, self._failures = float("-inf"), 0
        self._refresh: asyncio.Task[None] | None = None
        self._loop = PollingLoop("keys", self._round, idle_s=refresh_after_s)
        self.start = self._loop.start

    async def stop(self) -> None:
        if self._refresh:
            self._refresh.cancel()
        await self._loop.stop()

    async def key(self, kid: str) -> Ed25519PublicKey | None:
        """The key with this id, or None if it is not in use. Raises Unavailable if the keys cannot be read."""
        if kid not in self._known:
            if refresh := self._begin_refresh():
                await to_completion(refresh)
            if kid not in self._known and self._failures:
                raise Unavailable("the keys that tokens are verified with cannot be read; try again")
        return self._known.get(kid)

    async def all(self) -> Keys:
        """All keys in use, refreshed if `source` replies within a second; empty before the first refresh."""
        if refresh := self._begin_refresh():
            await asyncio.wait([refresh], timeout=_PATIENCE_S)
        return self._known

    async def _round(self) -> bool:
        if refresh := self._begin_refresh():
            await asyncio.wait([refresh])
        self._loop.idle_s = self._retry_after_s if self._failures else self._refresh_after_s
        return False

    def _begin_refresh(self) -> asyncio.Task[None] | None:
        """The running refresh, started if necessary; None while it is too early for the next."""
        if self._refresh is None and self._monotonic() - self._asked_at >= self._retry_after_s:
            self._asked_at = self._monotonic()
            # In its own context: all calls share the refresh, and the deadline of one call must not end it.
            self._refresh = asyncio.create_task(self._ask(), name="refresh keys", context=Context())
        return self._refresh

    async def _ask(self) -> None:
        try:
            found = await self._source()
        except Exception as error:  # of any kind: the cached keys stay valid
            self._failures += 1
            if self._failures == _LOGGED_FAILURES:
                log.warning("keys cannot be refreshed", error=str(error), known=sorted(self._known))
        else:
            self._failures = 0
            if found != self._known and self._file:
                _write(self._file, found)
            self._known = found
        finally:
            self._refresh = None


def from_jwks(jwks: Jwks) -> Keys:
    """The Ed25519 keys of a key set; keys of other types are skipped."""
    own = [key for key in jwks.keys if (key.kty, key.crv) == ("OKP", "Ed25519")]
    return {key.kid: jwt.PyJWK({"kty": key.kty, "crv": key.crv, "x": key.x}, algorithm="EdDSA").key for key in own}


def thumbprint(key: Ed25519PublicKey) -> str:
    """The id of a key: the thumbprint of its JWK (RFC 7638)."""
    jwk = jwt.algorithms.OKPAlgorithm.to_jwk(key, as_dict=True)
    content = json.dumps({name: jwk[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).decode().rstrip("=")


def to_jwks(keys: Keys) -> Jwks:
    """The key set that contains these keys."""
    parts = {kid: jwt.algorithms.OKPAlgorithm.to_jwk(key, as_dict=True) for kid, key in keys.items()}
    return Jwks(keys=[Jwk(**part, kid=kid, alg="EdDSA", use="sig") for kid, part in parts.items()])


def _read(file: Path) -> Keys:
    try:
        return from_jwks(Jwks.from_json(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, AttributeError, jwt.PyJWTError) as error:
        log.warning("kept keys not read", file=str(file), error=str(error))
        return {}


def _write(file: Path, keys: Keys) -> None:
    """Replaces the file atomically: a process that starts at the same time reads the old or the new file."""
    new = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        new.write_text(to_jwks(keys).to_json(), encoding="utf-8")
        new.replace(file)
    except OSError as error:
        log.warning("keys not kept", file=str(file), error=str(error))
