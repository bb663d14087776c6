"""GetUser returns the caller, or any user to administrators; all others get NOT_FOUND."""

from __future__ import annotations

import uuid

import pytest

from chassis.context import Caller
from identity_svc.domain.errors import UserNotFound
from tests.identity_svc.identity_app import IdentityApp


async def test_me_and_my_id_are_the_caller(identity_app: IdentityApp) -> None:
    ada = await identity_app.register()
    team_id = await identity_app.backend.add_to_team(ada.id)
    caller = Caller.person(str(ada.id))

    for id in ("me", str(ada.id), str(ada.id).upper()):
        found = await identity_app.user(id, caller=caller)
        assert (found.id, found.email, found.roles, found.team_ids) == (ada.id, ada.email, ada.roles, (team_id,))


async def test_somebody_elses_user_does_not_exist(identity_app: IdentityApp) -> None:
    ada = await identity_app.register("ada@example.com")
    bob = await identity_app.register("bob@example.com")

    with pytest.raises(UserNotFound) as others:
        await identity_app.user(str(ada.id), caller=Caller.person(str(bob.id)))
    with pytest.raises(UserNotFound) as nobodys:
        await identity_app.user(str(uuid.uuid4()), caller=Caller.person(str(bob.id)))

    assert others.value.message == nobodys.value.message


async def test_an_administrator_sees_everybody(identity_app: IdentityApp) -> None:
    ada = await identity_app.register()

    assert await identity_app.user(str(ada.id), caller=Caller.person("boss", admin=True)) == ada
    for id in (str(uuid.uuid4()), "no uuid"):
        with pytest.raises(UserNotFound):
            await identity_app.user(id, caller=Caller.person("boss", admin=True))
