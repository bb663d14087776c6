"""IdentityService: maps messages to commands and queries, and results to messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from easyorder.google.protobuf import Empty
from easyorder.identity.v1 import (
    DeleteSessionRequest,
    GetJwksRequest,
    GetUserRequest,
    Jwk,
    Jwks,
    ListSessionsRequest,
    ListSessionsResponse,
    LoginRequest,
    LogoutRequest,
    RefreshTokenRequest,
    RegisterRequest,
    Role,
    Tokens,
)
from easyorder.identity.v1 import Session as SessionMessage
from easyorder.identity.v1 import User as UserMessage

from chassis.context import current
from chassis.errors import shortened
from chassis.grpc import metadata
from chassis.mediator import Mediator
from identity_svc.commands.delete_session import DeleteSession
from identity_svc.commands.login import Login, SignedIn
from identity_svc.commands.logout import Logout
from identity_svc.commands.refresh_token import RefreshToken
from identity_svc.commands.register import Register
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import wrong_credentials, wrong_refresh_token
from identity_svc.domain.password import Password
from identity_svc.domain.session import ClientInfo, Session
from identity_svc.domain.tokens import PublicKey
from identity_svc.domain.user import User
from identity_svc.queries.get_user import GetUser
from identity_svc.queries.list_sessions import ListSessions, SessionPage

SERVICE = "easyorder.identity.v1.IdentityService"
_USER_AGENT_BYTES = 200


class IdentityApi:
    """The servicer; the server answers rpcs that it does not implement."""

    def __init__(
        self,
        mediator: Mediator[IdentityUow],
        *,
        get_user: Callable[[GetUser], Awaitable[User]],
        list_sessions: Callable[[ListSessions], Awaitable[SessionPage]],
        get_jwks: Callable[[], Awaitable[Sequence[PublicKey]]],
    ) -> None:
        self._mediator = mediator
        self._get_user = get_user
        self._list_sessions = list_sessions
        self._get_jwks = get_jwks

    async def register(self, request: RegisterRequest) -> UserMessage:
        command = Register(email=request.email, password=Password(request.password), display_name=request.display_name)
        return user_message(await self._mediator.send(command))

    async def login(self, request: LoginRequest) -> Tokens:
        client = _client()
        command = Login(
            email=request.email,
            password=Password(request.password),
            place=client.address,
            user_agent=client.user_agent,
        )
        signed_in = await self._mediator.send(command)
        if signed_in is None:
            raise wrong_credentials()
        return tokens_message(signed_in)

    async def refresh_token(self, request: RefreshTokenRequest) -> Tokens:
        signed_in = await self._mediator.send(RefreshToken(token=request.refresh_token, client=_client()))
        if signed_in is None:
            raise wrong_refresh_token()
        return tokens_message(signed_in)

    async def logout(self, request: LogoutRequest) -> Empty:
        await self._mediator.send(Logout(token=request.refresh_token))
        return Empty()

    async def list_sessions(self, request: ListSessionsRequest) -> ListSessionsResponse:
        page = await self._list_sessions(
            ListSessions(user_id=request.user_id, page_size=request.page_size, page_token=request.page_token)
        )
        return ListSessionsResponse(
            sessions=[session_message(session) for session in page.sessions], next_page_token=page.next_page_token
        )

    async def delete_session(self, request: DeleteSessionRequest) -> Empty:
        await self._mediator.send(DeleteSession(id=request.id))
        return Empty()

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


def tokens_message(signed_in: SignedIn) -> Tokens:
    return Tokens(
        access_token=signed_in.access_token.text,
        refresh_token=signed_in.refresh_token,
        token_type="Bearer",
        expires_in=signed_in.access_token.expires_in_s,
        user=user_message(signed_in.user),
    )


def session_message(session: Session) -> SessionMessage:
    return SessionMessage(
        id=str(session.id),
        user_id=str(session.user_id),
        create_time=session.created_on,
        last_use_time=session.last_used_on,
        expire_time=session.expires_on,
        address=session.client.address,
        user_agent=session.client.user_agent,
        current=str(session.id) == current().caller.session_id,
    )


def _client() -> ClientInfo:
    user_agent = str(metadata.incoming.get().get("user-agent", ""))
    return ClientInfo(address=current().address, user_agent=shortened(user_agent, _USER_AGENT_BYTES))


def jwk(key: PublicKey) -> Jwk:
    """A key as RFC 8037 defines it; Envoy's jwt_authn reads it too."""
    return Jwk(kty="OKP", crv="Ed25519", x=key.x_base64url, kid=key.kid, alg="EdDSA", use="sig")
