"""ListUsers shows everybody, oldest first, by pages; or those whose address begins with a text."""

from __future__ import annotations

import pytest

from chassis.errors import InvalidArgument
from identity_svc.commands.update_user import UpdateUser
from tests.identity_svc.identity_app import IdentityApp, caller_of


async def emails(identity_app: IdentityApp, **query: object) -> list[str]:
    return [user.email for user in (await identity_app.users(**query)).users]


async def test_page_by_page(identity_app: IdentityApp) -> None:
    made = []
    for n in range(5):
        made.append(await identity_app.register(f"user{n}@example.com"))
        await identity_app.backend.pass_time(1)

    pages = [await identity_app.users(page_size=2)]
    while token := pages[-1].next_page_token:
        pages.append(await identity_app.users(page_size=2, page_token=token))

    assert [len(page.users) for page in pages] == [2, 2, 1]
    assert [user.id for page in pages for user in page.users] == [user.id for user in made]
    assert await identity_app.users() == type(pages[0])(made, "")


async def test_by_the_beginning_of_the_address(identity_app: IdentityApp) -> None:
    for email in ("ada@example.com", "adam@example.com", "bob@example.com", "a_a@example.com"):
        await identity_app.register(email)
        await identity_app.backend.pass_time(1)

    assert await emails(identity_app, email_prefix=" ADA") == ["ada@example.com", "adam@example.com"]
    assert await emails(identity_app, email_prefix="ada@") == ["ada@example.com"]
    assert await emails(identity_app, email_prefix="a_") == ["a_a@example.com"]  # no pattern
    assert await emails(identity_app, email_prefix="%") == []
    assert await emails(identity_app, email_prefix="example") == []


async def test_by_their_metadata(identity_app: IdentityApp) -> None:
    boss = caller_of(await identity_app.administrator())
    for email, metadata in (
        ("ada@example.com", {"list": "trade", "vat": "1"}),
        ("bob@example.com", {"list": "retail"}),
    ):
        user = await identity_app.register(email)
        await identity_app.send(UpdateUser(id=str(user.id), changed={"metadata"}, metadata=metadata), boss)

    assert await emails(identity_app, filter="metadata.list = trade") == ["ada@example.com"]
    assert await emails(identity_app, filter='metadata.list = trade AND metadata.vat = "1"') == ["ada@example.com"]
    assert await emails(identity_app, filter="metadata.list = trade", email_prefix="bob") == []
    with pytest.raises(InvalidArgument):
        await emails(identity_app, filter="list = trade")


async def test_a_page_token_belongs_to_its_filter(identity_app: IdentityApp) -> None:
    for n in range(2):
        await identity_app.register(f"user{n}@example.com")
    token = (await identity_app.users(page_size=1)).next_page_token

    for query in ({"email_prefix": "user"}, {"filter": "metadata.list = trade"}):
        with pytest.raises(InvalidArgument):
            await identity_app.users(page_token=token, **query)
