"""Wires the mails to users: commands that ask for one and use its token, and the jobs that send it."""

from __future__ import annotations

from functools import partial
from random import SystemRandom

from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.alert_channels import channels_of
from chassis.alerts import Alerts, DeadLetters
from chassis.background import Report
from chassis.clock import Clock
from chassis.db.jobs import SqlJobStore
from chassis.job_runner import JobRunner
from chassis.jobs import Backoff
from chassis.mediator import Mediator
from chassis.unit_of_work import OpenUnitOfWork
from identity_svc.adapters.mailboxes import SmtpMailbox, TerminalMailbox
from identity_svc.commands.issue_mailed_token import IssueMailedToken, issue_mailed_token
from identity_svc.commands.request_email_verification import RequestEmailVerification, request_email_verification
from identity_svc.commands.request_password_reset import RequestPasswordReset, request_password_reset
from identity_svc.commands.reset_password import ResetPassword, reset_password
from identity_svc.commands.uow import IdentityUow
from identity_svc.commands.verify_email import VerifyEmail, verify_email
from identity_svc.config import PASSWORD_POLICY, IdentitySettings
from identity_svc.domain.mailed_tokens import Purpose
from identity_svc.domain.ports import OpenStores, Passwords
from identity_svc.sagas.token_mails import SendMail, TokenMails


def handle_mails(
    mediator: Mediator[IdentityUow],
    open_stores: OpenStores,
    passwords: Passwords,
    clock: Clock,
    settings: IdentitySettings,
) -> None:
    """Registers the commands."""
    policy = settings.mail_policy
    reset = partial(reset_password, open_stores=open_stores, passwords=passwords, policy=PASSWORD_POLICY, clock=clock)
    mediator.handle(RequestPasswordReset, partial(request_password_reset, policy=policy, clock=clock))
    mediator.handle(ResetPassword, reset)
    mediator.handle(RequestEmailVerification, partial(request_email_verification, policy=policy, clock=clock))
    mediator.handle(VerifyEmail, partial(verify_email, clock=clock))
    mediator.handle(IssueMailedToken, partial(issue_mailed_token, clock=clock))


def mail_runner(
    mediator: Mediator[IdentityUow],
    open_uow: OpenUnitOfWork[IdentityUow],
    engine: AsyncEngine,
    settings: IdentitySettings,
    clock: Clock,
    *,
    service: str,
    report: Report,
) -> JobRunner:
    """Sends mails, and alerts about those that could not be sent."""
    random = SystemRandom()
    alerts = Alerts(service, channels_of(settings))
    pages = {
        Purpose.PASSWORD_RESET: settings.password_reset_page,
        Purpose.EMAIL_VERIFICATION: settings.email_verification_page,
    }
    mails = TokenMails(mediator, _mailbox(settings, clock), pages)
    return JobRunner(
        SqlJobStore(engine),
        {**mails.handlers(), **alerts.handlers()},
        backoff=Backoff.lasting(settings.job_retry_hours, initial_s=0.5, max_s=60, random=random),
        backoffs={**mails.backoffs(random), **alerts.backoffs(random)},
        service=service,
        dead_letter=DeadLetters(open_uow, alerts, clock),
        report=report,
    )


def _mailbox(settings: IdentitySettings, clock: Clock) -> SendMail:
    if url := settings.smtp_url.get_secret_value():
        return SmtpMailbox(smtp_url=url, sender=settings.mail_from, clock=clock)
    return TerminalMailbox()
