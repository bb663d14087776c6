"""The whole identity_svc behind a real socket, on a separate database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from easyorder.google.protobuf import Empty
from easyorder.identity.v1 import (
    DeleteSessionRequest,
    GetJwksRequest,
    GetUserRequest,
    Jwks,
    ListSessionsRequest,
    ListSessionsResponse,
    LoginRequest,
    LogoutRequest,
    RefreshTokenRequest,
    RegisterRequest,
    Tokens,
    User,
)
from pydantic import Field, SecretStr
from sqlalchemy import text

from chassis.db.engine import make_engine, make_sessions
from chassis.grpc.clients import Client, rpc
from identity_svc.adapters.key_encryption import KeyEncryption
from identity_svc.adapters.signing_keys import SqlSigningKeys
from identity_svc.api.identity import SERVICE
from identity_svc.bootstrap import identity
from identity_svc.config import IdentitySettings
from tests.identity_svc.identity_app import PASSWORD, SECRET
from tests.mesh import running as run_server
from tests.mesh import service_keys

REGISTER = rpc(SERVICE, "Register", RegisterRequest, User)
LOGIN = rpc(SERVICE, "Login", LoginRequest, Tokens)
REFRESH_TOKEN = rpc(SERVICE, "RefreshToken", RefreshTokenRequest, Tokens)
LOGOUT = rpc(SERVICE, "Logout", LogoutRequest, Empty)
LIST_SESSIONS = rpc(SERVICE, "ListSessions", ListSessionsRequest, ListSessionsResponse)
DELETE_SESSION = rpc(SERVICE, "DeleteSession", DeleteSessionRequest, Empty)
GET_USER = rpc(SERVICE, "GetUser", GetUserRequest, User)
GET_JWKS = rpc(SERVICE, "GetJwks", GetJwksRequest, Jwks)


class OnDatabase(IdentitySettings):
    """Settings for a database with any name."""

    database: str
    listen_address: str = "127.0.0.1:0"
    mesh_secret: SecretStr = SecretStr(SECRET)
    service_keys_dir: Path = Field(default_factory=service_keys)
    argon2_time_cost: int = 1
    argon2_memory_kib: int = 8

    def database_url(self, name: str) -> str:
        return self.database


@dataclass
class Process:
    """A running identity_svc, and clients of it."""

    address: str
    settings: OnDatabase
    _clients: AsyncExitStack

    def client(self, token: str = "") -> Client:
        made = Client(self.address, token=token)
        self._clients.push_async_callback(made.close)
        return made

    async def register(self, email: str = "ada@example.com", password: str = PASSWORD) -> User:
        request = RegisterRequest(email=email, password=password, display_name="Ada")
        return await self.client().call(REGISTER, request, timeout_s=20)

    async def login(self, email: str = "ada@example.com", password: str = PASSWORD) -> Tokens:
        return await self.client().call(LOGIN, LoginRequest(email=email, password=password), timeout_s=20)

    async def refresh(self, token: str) -> Tokens:
        return await self.client().call(REFRESH_TOKEN, RefreshTokenRequest(refresh_token=token), timeout_s=20)

    async def login_as_administrator(self) -> Tokens:
        settings = self.settings
        return await self.login(settings.admin_email, settings.admin_password.get_secret_value())

    async def me(self, token: str, **options: Any) -> User:
        return await self.client(token).call(GET_USER, GetUserRequest(id="me"), **options)

    async def jwks(self) -> Jwks:
        return await self.client().call(GET_JWKS, GetJwksRequest())

    async def kept(self, select: str, rows: int = 1) -> list[str]:
        """The only column of a query; nothing while there are fewer than `rows`."""
        engine = make_engine(self.settings.database, application_name="tests")
        async with engine.connect() as connection:
            found = [str(value) for value in (await connection.execute(text(select))).scalars()]
        await engine.dispose()
        return found if len(found) >= rows else []

    async def signing_key(self) -> tuple[str, Ed25519PrivateKey]:
        """The key of this very service, for tokens that are wrong in some other way."""
        engine = make_engine(self.settings.database, application_name="tests")
        async with make_sessions(engine)() as session:
            (key,) = await SqlSigningKeys(session).active(datetime.now(UTC))
        await engine.dispose()
        return key.public.kid, KeyEncryption(SECRET).open(key)


@asynccontextmanager
async def running(database: str, **settings: Any) -> AsyncIterator[Process]:
    """identity_svc on `database` for the block."""
    chosen = OnDatabase(database=database, **settings)
    async with identity(chosen) as server, run_server(server), AsyncExitStack() as clients:
        yield Process(f"127.0.0.1:{server.port}", chosen, clients)
