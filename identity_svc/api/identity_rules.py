"""The rules between the fields of requests to IdentityService, and those of fields that the contract cannot state.

A new password is checked once more together with the user, where the request does not say who that is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter

from easyorder.identity.v1 import (
    ChangePasswordRequest,
    CreateTeamRequest,
    ListUsersRequest,
    RegisterRequest,
    ResetPasswordRequest,
    UpdateUserRequest,
    User,
)

from chassis.context import current
from chassis.update_mask import named_fields, updated_fields
from chassis.validation import Rule
from identity_svc.commands.own_password import require_current
from identity_svc.config import PASSWORD_POLICY
from identity_svc.domain.password import Password
from identity_svc.domain.user import Email, check_metadata, is_self, line_of
from ops.filters import parse_metadata_filter


def changeable() -> Sequence[str]:
    """The fields of a user that the caller may change: shops decide by metadata what somebody may buy."""
    return ("email", "display_name", "metadata") if current().caller.is_admin else ("email", "display_name")


def _line(field: str, attribute: str) -> Rule:
    """One line of text, if there is any."""
    text_of: Callable[[object], str] = attrgetter(attribute)

    def rule(request: object, _: object) -> None:
        if text := text_of(request):
            line_of(field, text)

    return rule


def _name_of_team(request: CreateTeamRequest, _: object) -> None:
    if request.team and request.team.name:
        line_of("team.name", request.team.name)


def _new_password(request: RegisterRequest, _: object) -> None:
    name, email = request.display_name, Email(request.email)
    PASSWORD_POLICY.check(Password(request.password), email=email, display_name=name)


def _another_password(request: ChangePasswordRequest | ResetPasswordRequest, _: object) -> None:
    PASSWORD_POLICY.check(Password(request.new_password), email=Email(""), display_name="", field="newPassword")


def _current_password(request: ChangePasswordRequest, _: object) -> None:
    if is_self(request.id, current().caller.id):
        require_current(Password(request.current_password), "currentPassword", "another password")


def _mask(request: UpdateUserRequest, _: object) -> None:
    updated_fields(request.user or User(), request.update_mask, changeable())


def _changed_user(request: UpdateUserRequest, _: object) -> None:
    user = request.user or User()
    named = named_fields(user, request.update_mask, changeable())
    if "email" in named and is_self(user.id, current().caller.id):
        require_current(Password(user.current_password or ""), "user.currentPassword", "another email")


def _metadata_of_user(request: UpdateUserRequest, _: object) -> None:
    check_metadata((request.user or User()).metadata)


def _filter(request: ListUsersRequest, _: object) -> None:
    parse_metadata_filter(request.filter)


def _line_of_user(attribute: str, field: str) -> Rule:
    def rule(request: UpdateUserRequest, _: object) -> None:
        user = request.user or User()
        if attribute in named_fields(user, request.update_mask, changeable()) and (text := getattr(user, attribute)):
            line_of(field, text)

    return rule


IDENTITY_RULES: Mapping[str, Sequence[Rule]] = {
    "create_team": (_name_of_team,),
    "register": (_line("email", "email"), _line("displayName", "display_name"), _new_password),
    "login": (_line("email", "email"),),
    "request_password_reset": (_line("email", "email"),),
    "reset_password": (_another_password,),
    "change_password": (_another_password, _current_password),
    "update_user": (
        _mask,
        _line_of_user("email", "user.email"),
        _line_of_user("display_name", "user.displayName"),
        _metadata_of_user,
        _changed_user,
    ),
    "list_users": (_filter,),
}
