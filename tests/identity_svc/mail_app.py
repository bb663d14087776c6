"""The mails of identity_svc below the wire: runs their jobs, and keeps what they send."""

from __future__ import annotations

from chassis.context import Caller
from chassis.jobs import Job, JobOutcome
from identity_svc.commands.request_email_verification import RequestEmailVerification
from identity_svc.commands.request_password_reset import RequestPasswordReset
from identity_svc.commands.reset_password import ResetPassword
from identity_svc.commands.verify_email import VerifyEmail
from identity_svc.domain.mailed_tokens import Purpose
from identity_svc.domain.password import Password
from identity_svc.domain.user import User
from identity_svc.sagas.token_mails import Mail, TokenMails
from tests.identity_svc.identity_app import HOME, IdentityApp, InMemoryBackend

NEW_PASSWORD = "incorrect horse 2"


class MailApp:
    """What users do with mails. `notes` says why a job sent none."""

    def __init__(self, app: IdentityApp) -> None:
        self.app = app
        self.sent: list[Mail] = []
        self.notes: list[str | None] = []
        self.jobs: list[Job] = []
        self._handlers = TokenMails(app.mediator, self._send, dict.fromkeys(Purpose, "")).handlers()

    async def _send(self, mail: Mail) -> None:
        self.sent.append(mail)

    async def request_reset(self, email: str = "ada@example.com", *, place: str = HOME) -> None:
        await self.app.mediator.send(RequestPasswordReset(email=email, place=place))

    async def request_verification(self, user: User, *, id: str = "me") -> None:
        await self.app.send(RequestEmailVerification(id=id, place=HOME), Caller.person(str(user.id)))

    async def token(self) -> str:
        """That of the last mail, after all that wait were sent."""
        await self.deliver()
        return self.sent[-1].text.split("\n\n")[1].splitlines()[-1]

    async def deliver(self) -> None:
        backend = self.app.backend
        if isinstance(backend, InMemoryBackend):
            for stored in backend.state.jobs:
                stored.due_at = backend.clock.now()
        for job in await backend.jobs.claim(list(self._handlers), limit=100, lease_s=60):
            self.jobs.append(job)
            await self.run(job)

    async def run(self, job: Job) -> None:
        result = await self._handlers[job.kind](job)
        self.notes.append(result.note)
        await self.app.backend.jobs.settle([JobOutcome(job.lease, error=result.note)])

    async def reset(self, token: str, password: str = NEW_PASSWORD, *, place: str = HOME) -> None:
        await self.app.mediator.send(ResetPassword(token=token, new_password=Password(password), place=place))

    async def verify(self, token: str) -> None:
        await self.app.mediator.send(VerifyEmail(token=token))
