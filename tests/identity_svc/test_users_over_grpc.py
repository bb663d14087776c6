"""What administrators and users do with users, over a real socket."""

from __future__ import annotations

import pytest
from easyorder.google.protobuf import FieldMask
from easyorder.identity.v1 import (
    ChangePasswordRequest,
    DisableUserRequest,
    EnableUserRequest,
    ListUsersRequest,
    ListUsersResponse,
    Role,
    SetUserRolesRequest,
    UpdateUserRequest,
    User,
)

from chassis.errors import EtagMismatch, InvalidArgument, PermissionDenied, Unauthenticated
from chassis.grpc.clients import rpc
from identity_svc.api.identity import SERVICE
from identity_svc.domain.errors import LastAdministrator, WrongPassword
from tests.identity_svc.identity_app import PASSWORD
from tests.identity_svc.identity_process import Process
from tests.polling import eventually

LIST_USERS = rpc(SERVICE, "ListUsers", ListUsersRequest, ListUsersResponse)
UPDATE_USER = rpc(SERVICE, "UpdateUser", UpdateUserRequest, User)
CHANGE_PASSWORD = rpc(SERVICE, "ChangePassword", ChangePasswordRequest, User)
SET_USER_ROLES = rpc(SERVICE, "SetUserRoles", SetUserRolesRequest, User)
DISABLE_USER = rpc(SERVICE, "DisableUser", DisableUserRequest, User)
ENABLE_USER = rpc(SERVICE, "EnableUser", EnableUserRequest, User)
NEW_PASSWORD = "another long passphrase"


async def test_a_user_changes_name_address_and_password(process: Process) -> None:
    ada = await process.register()
    client = process.client((await process.login()).access_token)

    named = await client.call(UPDATE_USER, UpdateUserRequest(user=User(id="me", display_name="Ada L.", etag=ada.etag)))
    moved = await client.call(
        UPDATE_USER,
        UpdateUserRequest(
            user=User(id=ada.id, email="al@example.com", display_name="ignored", current_password=PASSWORD),
            update_mask=FieldMask(paths=["email"]),
        ),
    )
    changed = await client.call(
        CHANGE_PASSWORD, ChangePasswordRequest(id="me", current_password=PASSWORD, new_password=NEW_PASSWORD)
    )

    assert (named.display_name, named.email) == ("Ada L.", ada.email)
    assert (moved.display_name, moved.email, moved.current_password) == ("Ada L.", "al@example.com", None)
    assert changed == moved
    assert (await process.login("al@example.com", NEW_PASSWORD)).user == moved


async def test_only_administrators_change_metadata(process: Process) -> None:
    ada = await process.register()
    client = process.client((await process.login()).access_token)
    boss = process.client((await process.login_as_administrator()).access_token)
    given = UpdateUserRequest(user=User(id=ada.id, metadata={"list": "trade"}))
    assert (await boss.call(UPDATE_USER, given)).metadata == {"list": "trade"}

    # What was read is sent back as a whole: what they may not change is ignored, as roles are.
    sent_back = User(id="me", email=ada.email, display_name="Ada L.", metadata={}, current_password=PASSWORD)
    everything = FieldMask(paths=["*"])
    kept = await client.call(UPDATE_USER, UpdateUserRequest(user=sent_back, update_mask=everything))
    assert (kept.display_name, kept.metadata) == ("Ada L.", {"list": "trade"})
    await client.call(UPDATE_USER, UpdateUserRequest(user=User(id="me", metadata={"list": "free"})))
    by_name = UpdateUserRequest(user=User(id="me"), update_mask=FieldMask(paths=["metadata"]))
    with pytest.raises(InvalidArgument):
        await client.call(UPDATE_USER, by_name)

    found = await boss.call(LIST_USERS, ListUsersRequest(filter="metadata.list = trade"))
    assert found.users == [kept]


@pytest.mark.reaches("WRONG_PASSWORD")
async def test_what_is_refused(process: Process) -> None:
    ada = await process.register()
    client = process.client((await process.login()).access_token)

    with pytest.raises(WrongPassword):
        await client.call(
            CHANGE_PASSWORD, ChangePasswordRequest(id="me", current_password="x", new_password=NEW_PASSWORD)
        )
    with pytest.raises(WrongPassword):
        await client.call(
            UPDATE_USER, UpdateUserRequest(user=User(id="me", email="al@example.com", current_password="x"))
        )
    with pytest.raises(EtagMismatch):
        await client.call(UPDATE_USER, UpdateUserRequest(user=User(id="me", display_name="A.", etag="99")))
    for path in ("roles", "team_ids", "disabled", "id", "current_password"):
        forbidden = UpdateUserRequest(user=User(id="me", roles=[Role.ADMIN]), update_mask=FieldMask(paths=[path]))
        with pytest.raises(InvalidArgument):
            await client.call(UPDATE_USER, forbidden)
    with pytest.raises(PermissionDenied):
        await client.call(SET_USER_ROLES, SetUserRolesRequest(id=ada.id, roles=[Role.ADMIN]))
    assert (await process.login()).user == ada


@pytest.mark.reaches("LAST_ADMINISTRATOR")
async def test_administrators_list_promote_and_disable(process: Process) -> None:
    ada = await process.register()
    boss = await process.login_as_administrator()
    assert boss.user is not None
    client = process.client(boss.access_token)

    listed = await client.call(LIST_USERS, ListUsersRequest(email_prefix="ADA"))
    promoted = await client.call(SET_USER_ROLES, SetUserRolesRequest(id=ada.id, roles=[Role.USER, Role.ADMIN]))
    disabled = await client.call(DISABLE_USER, DisableUserRequest(id=ada.id))

    assert listed.users == [ada]
    assert promoted.roles == [Role.USER, Role.ADMIN]
    assert disabled.disabled
    with pytest.raises(Unauthenticated):
        await process.login()
    with pytest.raises(LastAdministrator):
        await client.call(DISABLE_USER, DisableUserRequest(id=boss.user.id))
    with pytest.raises(LastAdministrator):
        await client.call(SET_USER_ROLES, SetUserRolesRequest(id=boss.user.id, roles=[Role.USER]))
    assert not (await client.call(ENABLE_USER, EnableUserRequest(id=ada.id))).disabled
    assert (await process.login()).user is not None

    kept: list[str] = await eventually(
        lambda: process.kept(
            "SELECT concat_ws(' ', outcome, changes->0->>'field', changes->0->>'before', changes->0->>'after') "
            "FROM audit_entry WHERE action = 'SetUserRoles'",
            2,
        )
    )
    assert kept == ['OK roles ["USER"] ["ADMIN","USER"]', "LAST_ADMINISTRATOR"]
