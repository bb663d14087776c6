"""The errors of identity_svc; their reasons are part of the contract."""

from __future__ import annotations

from chassis.errors import AppError, InvalidArgument, Kind, Unauthenticated


class EmailTaken(AppError):
    kind, reason = Kind.ALREADY_EXISTS, "EMAIL_TAKEN"

    def __init__(self) -> None:
        super().__init__("a user with this address exists; log in, or register another address")


class WeakPassword(InvalidArgument):
    """The password is too easy to guess; names the field and all faults, never the value."""

    reason = "WEAK_PASSWORD"


class AccountLocked(AppError):
    """Too many failures in a row. Also raised for unknown addresses, and whether or not the password is right."""

    kind, reason = Kind.RESOURCE_EXHAUSTED, "ACCOUNT_LOCKED"

    def __init__(self, retry_after_s: float) -> None:
        super().__init__("too many failed logins with this address; try again later", retry_after_s=retry_after_s)


class UserNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "USER_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such user")


class WrongPassword(AppError):
    """The current password, sent with a call that changes something, is wrong. It counts as a failed login."""

    kind, reason = Kind.UNAUTHENTICATED, "WRONG_PASSWORD"

    def __init__(self) -> None:
        super().__init__("the current password is wrong")


class LastAdministrator(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "LAST_ADMINISTRATOR"

    def __init__(self) -> None:
        super().__init__("nobody would be left to run the shop: make somebody else an administrator first")


class TeamNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "TEAM_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such team")


class TeamFull(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "TEAM_FULL"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the team has {limit} members: remove one first")


class TooManyTeams(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "TOO_MANY_TEAMS"

    def __init__(self, limit: int) -> None:
        super().__init__(f"the user is in {limit} teams: remove the user from one first")


class SessionNotFound(AppError):
    kind, reason = Kind.NOT_FOUND, "SESSION_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such session; it may have ended")


class MailedTokenInvalid(AppError):
    """The same error for a token that is invented, used or expired, and for one that is void."""

    kind, reason = Kind.FAILED_PRECONDITION, "MAILED_TOKEN_INVALID"

    def __init__(self) -> None:
        super().__init__("the token from the mail does not work, or no longer; ask for another mail")


class MailNotConfigured(AppError):
    kind, reason = Kind.FAILED_PRECONDITION, "MAIL_NOT_CONFIGURED"

    def __init__(self) -> None:
        super().__init__("this shop sends no mail; ask an administrator")


def wrong_credentials() -> Unauthenticated:
    """The same error for an unknown address, a wrong password and a disabled user."""
    return Unauthenticated("the address or the password is wrong")


def wrong_refresh_token() -> Unauthenticated:
    """The same error for a token that is invented, spent or expired."""
    return Unauthenticated("the refresh token is not valid, or its session has ended; log in again")
