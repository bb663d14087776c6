"""ListUsers shows everybody, oldest first, by pages; or those whose address begins with a text."""

from __future__ import annotations

import pytest

from chassis.errors import InvalidArgument
from tests.identity_svc.identity_app import IdentityApp


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


async def test_a_page_token_belongs_to_its_filter(identity_app: IdentityApp) -> None:
    for n in range(2):
        await identity_app.register(f"user{n}@example.com")
    token = (await identity_app.users(page_size=1)).next_page_token

    with pytest.raises(InvalidArgument):
        await identity_app.users(page_token=token, email_prefix="user")
