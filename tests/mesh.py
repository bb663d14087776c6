"""A GrpcServer on an ephemeral port with its own keys, and every kind of token that a caller may present."""

from __future__ import annotations

import atexit
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chassis.audit import AuditEntry, ErrorLog, UnexpectedError
from chassis.auth.keys import KeyCache
from chassis.auth.service_tokens import ServiceKeys, ServiceTokens
from chassis.auth.verifier import USER_TYPE, TokenVerifier
from chassis.clock import SystemClock
from chassis.grpc.clients import Client, Peer
from chassis.grpc.server import GrpcServer
from deploy.service_keys import make_keys

SECRET = "a secret that only one service of this test mesh knows"
KID = "test-key"


@cache
def service_keys() -> Path:
    """The folder of the services' keys, for as long as the tests run."""
    folder = Path(_FOLDERS.enter_context(TemporaryDirectory(prefix="service-keys-")))
    make_keys(folder, datetime.now(UTC))
    return folder


def service_tokens(name: str = "order") -> ServiceTokens:
    """Those of a service that other services know."""
    return ServiceTokens(name, service_keys())


_FOLDERS = ExitStack()
atexit.register(_FOLDERS.close)


class Tokens:
    """Mints tokens as identity_svc would, and such as it never would, for a verifier with its `keys`."""

    def __init__(self, *, kid: str = KID) -> None:
        self._kid = kid
        self._key = Ed25519PrivateKey.generate()

    async def keys(self) -> Mapping[str, Ed25519PublicKey]:
        return {self._kid: self._key.public_key()}

    def verifier(self, service: str = "test") -> TokenVerifier:
        return TokenVerifier(KeyCache(self.keys), ServiceKeys(service_keys(), service))

    def user(self, id: str = "shopper", *, teams: Sequence[str] = (), **claims: Any) -> str:
        """A claim of None is left out."""
        chosen = self._claims(id, ["USER"], teams) | claims
        there = {name: value for name, value in chosen.items() if value is not None}
        return jwt.encode(there, self._key, "EdDSA", {"kid": self._kid, "typ": USER_TYPE})

    def admin(self, id: str = "admin") -> str:
        return self.user(id, roles=["USER", "ADMIN"])

    def service(self, name: str = "order", audience: str = "test") -> str:
        return service_tokens(name).current(audience)

    def tampered(self) -> str:
        """An administrator's claims under a shopper's signature."""
        header, _, signature = self.user().split(".")
        return ".".join([header, self.admin().split(".")[1], signature])

    def expired(self) -> str:
        return self.user(iat=int(time.time()) - 100, exp=int(time.time()) - 1)

    def wrong_type(self) -> str:
        """As one that is made for something else with the same key."""
        return jwt.encode(self._claims("shopper", ["USER"], ()), self._key, "EdDSA", {"kid": self._kid, "typ": "JWT"})

    def without_algorithm(self) -> str:
        return jwt.encode(self._claims("shopper", ["USER", "ADMIN"], ()), "", "none", {"kid": KID})

    def wrong_audience(self) -> str:
        return self.user(aud="another-shop")

    def wrong_issuer(self) -> str:
        return self.user(iss="another-shop")

    def unknown_key(self) -> str:
        headers = {"kid": "other", "typ": USER_TYPE}
        return jwt.encode(self._claims("shopper", ["USER"], ()), Ed25519PrivateKey.generate(), "EdDSA", headers)

    def forged_with_public_key(self) -> str:
        """HS256 with the public key as its secret: the classic confusion of algorithms."""
        public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return jwt.encode(self._claims("shopper", ["ADMIN"], ()), public, "HS256", {"kid": KID})

    def refused(self) -> Mapping[str, str]:
        """Every token that must be refused, by what is wrong with it."""
        return {
            "garbage": "not-a-token",
            "tampered": self.tampered(),
            "expired": self.expired(),
            "wrong type": self.wrong_type(),
            "alg=none": self.without_algorithm(),
            "wrong audience": self.wrong_audience(),
            "wrong issuer": self.wrong_issuer(),
            "unknown key": self.unknown_key(),
            "forged with the public key": self.forged_with_public_key(),
        }

    @staticmethod
    def _claims(id: str, roles: Sequence[str], teams: Sequence[str]) -> dict[str, Any]:
        now = int(time.time())
        own = {"sub": id, "roles": list(roles), "teams": list(teams)}
        return {"iss": "easyorder", "aud": "easyorder", "iat": now, "exp": now + 600} | own


@dataclass
class Recorder:
    """A sink that remembers: for audit entries or for unexpected errors."""

    entries: list[Any] = field(default_factory=list)

    async def __call__(self, entries: Sequence[Any]) -> None:
        self.entries.extend(entries)


@dataclass
class Mesh:
    """A running server and those who may call it."""

    server: GrpcServer
    tokens: Tokens
    audit: Recorder
    errors: Recorder
    _clients: list[Client] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.port}"

    @property
    def audited(self) -> list[AuditEntry]:
        return self.audit.entries

    @property
    def unexpected(self) -> list[UnexpectedError]:
        return self.errors.entries

    def anonymous(self) -> Client:
        return self._client("")

    def user(self, id: str = "shopper", *, teams: Sequence[str] = ()) -> Client:
        return self._client(self.tokens.user(id, teams=teams))

    def admin(self, id: str = "admin") -> Client:
        return self._client(self.tokens.admin(id))

    def with_token(self, token: str) -> Client:
        return self._client(token)

    def service(self, name: str = "order") -> Peer:
        peer = Peer(self.address, self.server.name, service_tokens(name))
        self._clients.append(peer)
        return peer

    async def close(self) -> None:
        for client in self._clients:
            await client.close()

    def _client(self, token: str) -> Client:
        client = Client(self.address, token=token)
        self._clients.append(client)
        return client


@asynccontextmanager
async def running(server: GrpcServer) -> AsyncIterator[GrpcServer]:
    """Runs the server and its background work for the block; what has started is stopped if the rest does not start."""
    async with AsyncExitStack() as started:
        for work in server.background:
            await work.start()
            started.push_async_callback(work.stop)
        await server.start()
        started.push_async_callback(server.stop, 0)
        yield server


@asynccontextmanager
async def serving(
    servicers: Mapping[str, object], *, tokens: Tokens | None = None, **options: Any
) -> AsyncIterator[Mesh]:
    """Serves `servicers` (by full service name) for the block; `options` go to GrpcServer."""
    tokens, audit, errors = tokens or Tokens(), options.pop("audit", Recorder()), Recorder()
    error_log = ErrorLog("test", errors, SystemClock())
    wiring: dict[str, Any] = {
        "name": "test",
        "address": "127.0.0.1:0",
        "verifier": tokens.verifier(options.get("name", "test")),
        "report": error_log.report,
    }
    server = GrpcServer(servicers=servicers, audit=audit, **(wiring | options))
    await error_log.start()
    await server.start()
    mesh = Mesh(server, tokens, audit, errors)
    try:
        yield mesh
    finally:
        await mesh.close()
        await server.stop(0)
        await error_log.stop()
