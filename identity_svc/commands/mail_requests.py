"""The job that sends a mailed token, and the limits of such mails."""

from __future__ import annotations

import uuid
from datetime import datetime

from chassis.errors import RateLimited
from chassis.jobs import NewJob
from identity_svc.commands.uow import IdentityUow
from identity_svc.domain.errors import MailNotConfigured
from identity_svc.domain.mailed_tokens import MailPolicy, Purpose, new_token
from identity_svc.domain.user import Email


def kind_of(purpose: Purpose) -> str:
    return f"mail:{purpose.value}"


async def schedule_mail(
    uow: IdentityUow, purpose: Purpose, email: Email, *, place: str, policy: MailPolicy, at: datetime
) -> None:
    """The same work whether or not anybody has the address: the job finds out.

    Raises MailNotConfigured or RateLimited.
    """
    if not policy.is_offered:
        raise MailNotConfigured
    counted = {
        f"to\0{purpose.value}\0{email}": policy.to_address,
        f"from\0{place}": policy.from_place,
    }
    for key, most in counted.items():
        mails, began_on = await uow.mail_counts.count(key, at, policy.window)
        if mails > most:
            wait_s = (began_on + policy.window - at).total_seconds()
            raise RateLimited("too many mails were asked for; look for those, or try again later", retry_after_s=wait_s)
    expires_on = at + purpose.life
    # The address is kept as a secret, too: it may be one that a stranger made up.
    secret = f"{new_token()} {email}"
    uow.schedule(
        NewJob(
            kind=kind_of(purpose), key=uuid.uuid4().hex, payload={"expires_on": expires_on.isoformat()}, secret=secret
        )
    )
