"""RefreshToken: exchange a refresh token for the next one of its session; one that was used before ends the session."""

from __future__ import annotations

from dataclasses import dataclass, field

from chassis.context import current
from chassis.mediator import Command
from identity_svc.commands.login import SignedIn
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.ports import IssueAccessToken, RefreshTokens
from identity_svc.domain.session import ClientInfo, RefreshTokenContent, Session, SessionPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken(Command[SignedIn | None]):
    """Returns None for an invalid token instead of an error, because the end of a session must be committed."""

    token: str = field(repr=False)
    client: ClientInfo


async def refresh_token(
    cmd: RefreshToken,
    uow: IdentityUow,
    *,
    refresh_tokens: RefreshTokens,
    issue_access_token: IssueAccessToken,
    session_policy: SessionPolicy,
) -> SignedIn | None:
    used = refresh_tokens.read(cmd.token)
    owner = await uow.sessions.owner(used) if used else None
    user = await uow.users.lock(owner) if owner else None
    if user:
        current().audit_resource[:] = [str(user.id)]
    if used is None or user is None or user.disabled:
        return None
    session = await uow.sessions.use(used, cmd.client, session_policy)
    session = session or await _after_earlier_use(used, cmd.client, uow, session_policy)
    if session is None:
        return None
    current().audit_details.append(f"session {session.id}")
    return SignedIn(
        user=user,
        access_token=issue_access_token(user, session),
        refresh_token=refresh_tokens.write(refresh_tokens.next(used)),
    )


async def _after_earlier_use(
    used: RefreshTokenContent, client: ClientInfo, uow: IdentityUow, policy: SessionPolicy
) -> Session | None:
    """The session if this repeats its last use. Otherwise two have had the token, and the session ends."""
    session = await uow.sessions.find(used.session_id)
    if session is None or session.has_expired:
        return None
    if session.is_repeat(used, client, policy):
        return session
    # A higher generation is of a session that was restored from a backup: it has been used, too.
    await uow.sessions.end(session.id)
    current().audit_details.append(f"used again, which ended session {session.id}")
    return None
