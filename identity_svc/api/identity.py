"""IdentityService: maps messages to commands and queries, and results to messages."""

from __future__ import annotations

from easyorder.google.protobuf import Empty
from easyorder.identity import v1

from chassis.clock import Clock
from chassis.context import current
from chassis.errors import shortened
from chassis.grpc import metadata
from chassis.mediator import Mediator
from chassis.request_keys import request_key
from chassis.update_mask import updated_fields
from identity_svc.api.identity_rules import IDENTITY_RULES, changeable
from identity_svc.api.messages import jwk, session_message, team_message, tokens_message, user_message
from identity_svc.commands.change_password import ChangePassword
from identity_svc.commands.create_team import CreateTeam
from identity_svc.commands.delete_session import DeleteSession
from identity_svc.commands.disable_user import DisableUser, EnableUser
from identity_svc.commands.login import Login
from identity_svc.commands.logout import Logout
from identity_svc.commands.refresh_token import RefreshToken
from identity_svc.commands.register import Register
from identity_svc.commands.request_email_verification import RequestEmailVerification
from identity_svc.commands.request_password_reset import RequestPasswordReset
from identity_svc.commands.reset_password import ResetPassword
from identity_svc.commands.set_user_roles import SetUserRoles
from identity_svc.commands.team_members import AddTeamMember, RemoveTeamMember
from identity_svc.commands.uow import IdentityUow
from identity_svc.commands.update_user import UpdateUser
from identity_svc.commands.verify_email import VerifyEmail
from identity_svc.domain.errors import WrongPassword, wrong_credentials, wrong_refresh_token
from identity_svc.domain.password import Password
from identity_svc.domain.ports import OpenStores, RevocationFeed
from identity_svc.domain.session import ClientInfo
from identity_svc.domain.user import Role
from identity_svc.queries.get_jwks import get_jwks
from identity_svc.queries.get_user import GetUser, get_user
from identity_svc.queries.list_sessions import ListSessions, list_sessions
from identity_svc.queries.list_teams import ListTeams, list_teams
from identity_svc.queries.list_users import ListUsers, list_users

SERVICE = "easyorder.identity.v1.IdentityService"
_USER_AGENT_BYTES = 200


class IdentityApi:
    """The servicer; the server answers rpcs that it does not implement."""

    rules = IDENTITY_RULES

    def __init__(
        self, mediator: Mediator[IdentityUow], open_stores: OpenStores, revocations: RevocationFeed, clock: Clock
    ) -> None:
        self._mediator, self._open_stores = mediator, open_stores
        self._revocations, self._clock = revocations, clock

    async def register(self, request: v1.RegisterRequest) -> v1.User:
        command = Register(email=request.email, password=Password(request.password), display_name=request.display_name)
        return user_message(await self._mediator.send(command))

    async def login(self, request: v1.LoginRequest) -> v1.Tokens:
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

    async def refresh_token(self, request: v1.RefreshTokenRequest) -> v1.Tokens:
        signed_in = await self._mediator.send(RefreshToken(token=request.refresh_token, client=_client()))
        if signed_in is None:
            raise wrong_refresh_token()
        return tokens_message(signed_in)

    async def logout(self, request: v1.LogoutRequest) -> Empty:
        await self._mediator.send(Logout(token=request.refresh_token))
        await self._revocations.confirmed()
        return Empty()

    async def list_sessions(self, request: v1.ListSessionsRequest) -> v1.ListSessionsResponse:
        query = ListSessions(user_id=request.user_id, page_size=request.page_size, page_token=request.page_token)
        page = await list_sessions(query, open_stores=self._open_stores)
        return v1.ListSessionsResponse(
            sessions=[session_message(session) for session in page.sessions], next_page_token=page.next_page_token
        )

    async def delete_session(self, request: v1.DeleteSessionRequest) -> Empty:
        await self._mediator.send(DeleteSession(id=request.id))
        await self._revocations.confirmed()
        return Empty()

    async def get_user(self, request: v1.GetUserRequest) -> v1.User:
        return user_message(await get_user(GetUser(id=request.id), open_stores=self._open_stores))

    async def list_users(self, request: v1.ListUsersRequest) -> v1.ListUsersResponse:
        query = ListUsers(
            email_prefix=request.email_prefix,
            filter=request.filter,
            page_size=request.page_size,
            page_token=request.page_token,
        )
        page = await list_users(query, open_stores=self._open_stores)
        return v1.ListUsersResponse(
            users=[user_message(user) for user in page.users], next_page_token=page.next_page_token
        )

    async def update_user(self, request: v1.UpdateUserRequest) -> v1.User:
        wanted = request.user or v1.User()
        command = UpdateUser(
            id=wanted.id,
            changed=updated_fields(wanted, request.update_mask, changeable()),
            email=wanted.email,
            display_name=wanted.display_name,
            metadata=wanted.metadata,
            etag=wanted.etag,
            current_password=Password(wanted.current_password or ""),
            place=current().address,
        )
        user = await self._mediator.send(command)
        if user is None:
            raise WrongPassword
        return user_message(user)

    async def change_password(self, request: v1.ChangePasswordRequest) -> v1.User:
        command = ChangePassword(
            id=request.id,
            new_password=Password(request.new_password),
            current_password=Password(request.current_password),
            place=current().address,
        )
        user = await self._mediator.send(command)
        if user is None:
            raise WrongPassword
        await self._revocations.confirmed()
        return user_message(user)

    async def request_password_reset(self, request: v1.RequestPasswordResetRequest) -> Empty:
        await self._mediator.send(RequestPasswordReset(email=request.email, place=current().address))
        return Empty()

    async def reset_password(self, request: v1.ResetPasswordRequest) -> Empty:
        new = Password(request.new_password)
        await self._mediator.send(ResetPassword(token=request.token, new_password=new, place=current().address))
        await self._revocations.confirmed()
        return Empty()

    async def request_email_verification(self, request: v1.RequestEmailVerificationRequest) -> Empty:
        await self._mediator.send(RequestEmailVerification(id=request.id, place=current().address))
        return Empty()

    async def verify_email(self, request: v1.VerifyEmailRequest) -> Empty:
        await self._mediator.send(VerifyEmail(token=request.token))
        return Empty()

    async def set_user_roles(self, request: v1.SetUserRolesRequest) -> v1.User:
        roles = frozenset(Role[v1.Role(role).name] for role in request.roles)
        user = await self._mediator.send(SetUserRoles(id=request.id, roles=roles))
        await self._revocations.confirmed()
        return user_message(user)

    async def disable_user(self, request: v1.DisableUserRequest) -> v1.User:
        user = await self._mediator.send(DisableUser(id=request.id))
        await self._revocations.confirmed()
        return user_message(user)

    async def enable_user(self, request: v1.EnableUserRequest) -> v1.User:
        return user_message(await self._mediator.send(EnableUser(id=request.id)))

    async def create_team(self, request: v1.CreateTeamRequest) -> v1.Team:
        key = request_key(request, request.request_id, "CreateTeam")
        name = (request.team or v1.Team()).name
        return team_message(await self._mediator.send(CreateTeam(name=name, request=key)))

    async def add_team_member(self, request: v1.AddTeamMemberRequest) -> v1.Team:
        command = AddTeamMember(team_id=request.team_id, user_id=request.user_id)
        return team_message(await self._mediator.send(command))

    async def remove_team_member(self, request: v1.RemoveTeamMemberRequest) -> v1.Team:
        team = await self._mediator.send(RemoveTeamMember(team_id=request.team_id, user_id=request.user_id))
        await self._revocations.confirmed()
        return team_message(team)

    async def list_teams(self, request: v1.ListTeamsRequest) -> v1.ListTeamsResponse:
        query = ListTeams(page_size=request.page_size, page_token=request.page_token)
        page = await list_teams(query, open_stores=self._open_stores)
        return v1.ListTeamsResponse(
            teams=[team_message(team) for team in page.teams], next_page_token=page.next_page_token
        )

    async def get_jwks(self, request: v1.GetJwksRequest) -> v1.Jwks:
        return v1.Jwks(keys=[jwk(key) for key in await get_jwks(open_stores=self._open_stores, clock=self._clock)])


def _client() -> ClientInfo:
    user_agent = str(metadata.incoming.get().get("user-agent", ""))
    return ClientInfo(address=current().address, user_agent=shortened(user_agent, _USER_AGENT_BYTES))
