"""IdentityService: maps messages to commands and queries, and results to messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from easyorder.identity.v1 import (
    GetJwksRequest,
    GetUserRequest,
    Jwk,
    Jwks,
    LoginRequest,
    RegisterRequest,
    Role,
    Tokens,
)
from easyorder.identity.v1 import User as UserMessage

from chassis.context import current
from chassis.mediator import Mediator
from identity_svc.commands.login import Login
from identity_svc.commands.register import Register
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import wrong_credentials
from identity_svc.domain.password import Password
from identity_svc.domain.tokens import PublicKey
from identity_svc.domain.user import User
from identity_svc.queries.get_user import GetUser

SERVICE = "easyorder.identity.v1.IdentityService"


class IdentityApi:
    """The servicer; the server answers rpcs that it does not implement."""

    def __init__(
        self,
        mediator: Mediator[IdentityUow],
        *,
        get_user: Callable[[GetUser], Awaitable[User]],
        get_jwks: Callable[[], Awaitable[Sequence[PublicKey]]],
    ) -> None:
        self._mediator = mediator
        self._get_user = get_user
        self._get_jwks = get_jwks

    async def register(self, request: RegisterRequest) -> UserMessage:
        command = Register(email=request.email, password=Password(request.password), display_name=request.display_name)
        return user_message(await self._mediator.send(command))

    async def login(self, request: LoginRequest) -> Tokens:
        command = Login(email=request.email, password=Password(request.password), place=current().address)
        signed_in = await self._mediator.send(command)
        if signed_in is None:
            raise wrong_credentials()
        return Tokens(
            access_token=signed_in.access_token.text,
            token_type="Bearer",
            expires_in=signed_in.access_token.expires_in_s,
            user=user_message(signed_in.user),
        )

    async def get_user(self, request: GetUserRequest) -> UserMessage:
        return user_message(await self._get_user(GetUser(id=request.id)))

    async def get_jwks(self, request: GetJwksRequest) -> Jwks:
        return Jwks(keys=[jwk(key) for key in await self._get_jwks()])


def user_message(user: User) -> UserMessage:
    return UserMessage(
        id=str(user.id),
        email=user.email,
        display_name=user.display_name,
        roles=sorted(Role[role.name] for role in user.roles),
        team_ids=[str(team_id) for team_id in user.team_ids],
        disabled=user.disabled,
        create_time=user.created_on,
        update_time=user.modified_on,
        etag=str(user.version),
    )


def jwk(key: PublicKey) -> Jwk:
    """A key as RFC 8037 defines it; Envoy's jwt_authn reads it too."""
    return Jwk(kty="OKP", crv="Ed25519", x=key.x_base64url, kid=key.kid, alg="EdDSA", use="sig")
