"""Mails to users over a real mail server: none is lost, and a shop without one prints them on a laptop."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from email.message import Message

import pytest
from easyorder.google.protobuf import Empty
from easyorder.identity.v1 import (
    RequestEmailVerificationRequest,
    RequestPasswordResetRequest,
    ResetPasswordRequest,
    VerifyEmailRequest,
)
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine, event

from chassis.context import current
from chassis.errors import Unauthenticated
from chassis.grpc.clients import rpc
from identity_svc.api.identity import SERVICE
from identity_svc.config import IdentitySettings
from identity_svc.domain.errors import MailedTokenInvalid, MailNotConfigured
from tests.alert_servers import Mailbox, mail_server
from tests.identity_svc.identity_app import SECRET
from tests.identity_svc.identity_process import Process, running
from tests.identity_svc.mail_app import NEW_PASSWORD
from tests.polling import eventually

REQUEST_RESET = rpc(SERVICE, "RequestPasswordReset", RequestPasswordResetRequest, Empty)
RESET = rpc(SERVICE, "ResetPassword", ResetPasswordRequest, Empty)
REQUEST_VERIFICATION = rpc(SERVICE, "RequestEmailVerification", RequestEmailVerificationRequest, Empty)
VERIFY = rpc(SERVICE, "VerifyEmail", VerifyEmailRequest, Empty)
PAGE = "https://shop.example.com/reset"


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    async with mail_server() as box:
        yield box


def token_of(text: str) -> str:
    found = re.search(r"^(?:.*#token=)?([\w-]{43})$", text, re.MULTILINE)
    assert found, text
    return found[1]


def text_of(message: Message) -> str:
    body = message.get_payload(decode=True)
    assert isinstance(body, bytes)
    return body.decode().replace("\r\n", "\n")


async def request_reset(process: Process, email: str = "ada@example.com") -> None:
    await process.client().call(REQUEST_RESET, RequestPasswordResetRequest(email=email))


async def the_mail(mailbox: Mailbox) -> Message:
    (message,) = await eventually(lambda: mailbox.messages, timeout_s=10)
    return message


@pytest.mark.reaches("MAILED_TOKEN_INVALID")
async def test_a_reset_by_mail(identity_database: str, mailbox: Mailbox) -> None:
    settings = {"smtp_url": SecretStr(mailbox.url), "mail_from": "shop@example.com", "password_reset_page": PAGE}
    async with running(identity_database, **settings) as process:
        await process.register()
        await request_reset(process)
        message = await the_mail(mailbox)
        assert (message["To"], message["From"]) == ("ada@example.com", "shop@example.com")
        assert message["Auto-Submitted"] == "auto-generated"
        assert f"\n{PAGE}#token=" in text_of(message)
        token = token_of(text_of(message))

        await process.client().call(RESET, ResetPasswordRequest(token=token, new_password=NEW_PASSWORD))

        with pytest.raises(Unauthenticated):
            await process.login()
        tokens = await process.login(password=NEW_PASSWORD)
        assert tokens.user is not None
        assert tokens.user.email_verified
        assert tokens.user.email_verify_time is not None
        with pytest.raises(MailedTokenInvalid):
            await process.client().call(RESET, ResetPasswordRequest(token=token, new_password=NEW_PASSWORD))
        audit = "SELECT action || ' ' || outcome FROM audit_entry WHERE action ~ 'Password' ORDER BY id"
        audited = await eventually(lambda: process.kept(audit, 3))
    assert audited == ["RequestPasswordReset OK", "ResetPassword OK", "ResetPassword MAILED_TOKEN_INVALID"]


async def test_a_verification_by_mail(identity_database: str, mailbox: Mailbox) -> None:
    async with running(identity_database, smtp_url=SecretStr(mailbox.url)) as process:
        user = await process.register()
        assert not user.email_verified
        client = process.client((await process.login()).access_token)
        await client.call(REQUEST_VERIFICATION, RequestEmailVerificationRequest(id="me"))
        token = token_of(text_of(await the_mail(mailbox)))

        await process.client().call(VERIFY, VerifyEmailRequest(token=token))

        me = await process.me((await process.login()).access_token)
        assert me.email_verified
        assert me.etag != user.etag


async def test_a_mail_server_that_refuses_for_a_while_gets_the_mail_later(
    identity_database: str, mailbox: Mailbox
) -> None:
    mailbox.refusal = "451 try later"
    async with running(identity_database, smtp_url=SecretStr(mailbox.url)) as process:
        await process.register()
        await request_reset(process)
        await eventually(lambda: process.kept("SELECT kind FROM job WHERE last_error IS NOT NULL AND state = 'READY'"))
        mailbox.refusal = ""

        assert await the_mail(mailbox)
        await eventually(lambda: process.kept("SELECT kind FROM job WHERE state = 'DONE' AND secret = ''"))


async def test_a_mail_that_a_process_did_not_come_to_send_is_sent_by_the_next(
    identity_database: str, mailbox: Mailbox
) -> None:
    async with running(identity_database, smtp_url=SecretStr("smtp://127.0.0.1:1")) as process:
        await process.register()
        await request_reset(process)
        await eventually(lambda: process.kept("SELECT kind FROM job WHERE last_error IS NOT NULL"))

    async with running(identity_database, smtp_url=SecretStr(mailbox.url)) as process:
        token = token_of(text_of(await the_mail(mailbox)))

        await process.client().call(RESET, ResetPasswordRequest(token=token, new_password=NEW_PASSWORD))


@pytest.mark.parametrize("email", ["unknown@example.com", "ann,unknown@example.com", "<ann>@example.com"])
async def test_an_address_that_no_mail_reaches_alerts_nobody(
    identity_database: str, mailbox: Mailbox, email: str
) -> None:
    async with running(identity_database, smtp_url=SecretStr(mailbox.url)) as process:
        await process.register(email)
        await request_reset(process, email)

        (note,) = await eventually(
            lambda: process.kept("SELECT last_error FROM job WHERE state = 'DONE'"), timeout_s=10
        )

    assert "the address" in note
    assert mailbox.messages == []


async def test_known_and_unknown_addresses_cost_the_same_statements(identity_database: str, mailbox: Mailbox) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        # The job runs on its own, and the reply does not wait for it.
        if current().method.endswith("/RequestPasswordReset"):
            statements.append(statement)

    async with running(identity_database, smtp_url=SecretStr(mailbox.url)) as process:
        await process.register()
        asked: list[list[str]] = []
        for email in ("bob@example.com", "ada@example.com", "nobody@example.com"):
            event.listen(Engine, "before_cursor_execute", note)
            await request_reset(process, email)
            event.remove(Engine, "before_cursor_execute", note)
            asked.append([*statements])
            statements.clear()

    assert any("INSERT INTO job" in statement for statement in asked[1])
    assert asked[1] == asked[2]


async def test_on_a_laptop_without_a_mail_server_mails_are_printed(
    identity_database: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with running(identity_database) as process:
        await process.register()
        await request_reset(process)
        printed = ""

        async def mail() -> str:
            nonlocal printed
            printed += capfd.readouterr().out
            return printed if "It works once" in printed else ""

        shown = await eventually(mail, timeout_s=10)
        assert "  Mail to ada@example.com: Choose another password\n" in shown
        token = token_of("\n".join(line.strip() for line in shown.splitlines()))

        await process.client().call(RESET, ResetPasswordRequest(token=token, new_password=NEW_PASSWORD))


@pytest.mark.reaches("MAIL_NOT_CONFIGURED")
async def test_a_public_shop_without_a_mail_server_says_so(identity_database: str) -> None:
    public = {"environment": "production", "admin_password": SecretStr("none of your business 1")}
    async with running(identity_database, **public) as process:
        with pytest.raises(MailNotConfigured):
            await request_reset(process)


@pytest.mark.parametrize("page", ["shop.example.com", "ftp://shop.example.com", "https://shop.example.com/#reset"])
def test_a_page_is_a_url_that_takes_a_token(page: str) -> None:
    with pytest.raises(ValidationError, match="must be a URL such as"):
        IdentitySettings(mesh_secret=SecretStr(SECRET), password_reset_page=page)
