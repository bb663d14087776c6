"""Lockouts: repeated failures with one e-mail address start a pause of limited time.

Failures are counted for every e-mail address, known or not, so that neither the pause nor the response time reveals
which users exist. During the pause no password is verified, so the response cannot reveal whether it was right.

Failures from places where the user has signed in before are counted separately: strangers cannot lock the user out
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from identity_svc.domain.errors import AccountLocked
from identity_svc.domain.user import Email


@dataclass(frozen=True, slots=True, kw_only=True)
class LockoutPolicy:
    """`max_failures` in a row, each at most `memory` after the previous one, start a pause of length `pause`."""

    max_failures: int = 5
    memory: timedelta = timedelta(minutes=15)
    pause: timedelta = timedelta(minutes=15)
    # How long a place stays known after the last sign-in from there.
    places: timedelta = timedelta(days=90)


@dataclass(slots=True, kw_only=True)
class Lockout:
    """The failures of one e-mail address. `as_of` is the time of the store that counts, not of this machine.

    `place` is the network address of the failures, if the user has signed in from there before; empty for the failures
    from all other addresses together.
    """

    email: Email
    place: str = ""
    as_of: datetime
    failures: int = 0
    last_failed_on: datetime | None = None
    locked_until: datetime | None = None

    def check(self) -> None:
        """Raises AccountLocked during a pause."""
        if self.locked_until is not None and self.as_of < self.locked_until:
            raise AccountLocked(retry_after_s=(self.locked_until - self.as_of).total_seconds())

    def count_failure(self, policy: LockoutPolicy) -> None:
        self.check()
        if self._is_forgotten(policy):
            self.failures, self.locked_until = 0, None
        self.failures += 1
        self.last_failed_on = self.as_of
        if self.failures >= policy.max_failures:
            self.locked_until = self.as_of + policy.pause

    def _is_forgotten(self, policy: LockoutPolicy) -> bool:
        pause_is_over = self.locked_until is not None
        return pause_is_over or (self.last_failed_on is not None and self.as_of - self.last_failed_on > policy.memory)
