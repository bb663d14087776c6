"""Messages of the contract, from what commands and queries return."""

from __future__ import annotations

from easyorder.identity.v1 import Jwk, Role, Tokens
from easyorder.identity.v1 import Session as SessionMessage
from easyorder.identity.v1 import Team as TeamMessage
from easyorder.identity.v1 import User as UserMessage

from chassis.context import current
from identity_svc.commands.login import SignedIn
from identity_svc.domain.session import Session
from identity_svc.domain.team import Team
from identity_svc.domain.tokens import PublicKey
from identity_svc.domain.user import User


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
        etag=user.etag,
        email_verified=user.is_email_verified,
        email_verify_time=user.email_verified_on if user.is_email_verified else None,
        metadata=dict(user.metadata),
    )


def team_message(team: Team) -> TeamMessage:
    return TeamMessage(
        id=str(team.id),
        name=team.name,
        member_ids=[str(user_id) for user_id in team.member_ids],
        create_time=team.created_on,
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


def jwk(key: PublicKey) -> Jwk:
    """A key as RFC 8037 defines it; Envoy's jwt_authn reads it too."""
    return Jwk(kty="OKP", crv="Ed25519", x=key.x_base64url, kid=key.kid, alg="EdDSA", use="sig")
