"""Lockouts: after some wrong passwords the next attempt has to wait, and ever longer after each further one.

Failures are counted for every e-mail address, known or not, so that neither a pause nor the response time reveals which
users exist. During a pause no password is verified, so the response cannot reveal whether it was right.

They are counted for each network address, so that nobody makes others wait, and together for all network addresses from
which the user has not signed in before, so that many of them are of little use. Where the user has signed in before,
only failures from there count: strangers cannot lock the user out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from identity_svc.domain.errors import AccountLocked
from identity_svc.domain.user import Email

# Powers of two beyond any longest pause.
_MAX_DOUBLINGS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """`free` failures in a row begin a pause of `first`; each further failure one of twice that, up to `longest`."""

    free: int
    first: timedelta
    longest: timedelta

    def after(self, failures: int) -> timedelta:
        if failures < self.free:
            return timedelta()
        return min(self.longest, self.first * (1 << min(failures - self.free, _MAX_DOUBLINGS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LockoutPolicy:
    """A failure counts until there was none, and no pause, for `memory`."""

    one_place: Pauses
    strange_places: Pauses
    memory: timedelta
    # How long a place stays known after the last sign-in from there.
    places: timedelta

    @property
    def longest_memory(self) -> timedelta:
        return self.memory + max(self.one_place.longest, self.strange_places.longest)


@dataclass(slots=True, kw_only=True)
class Failures:
    """Wrong passwords in a row."""

    count: int = 0
    last_on: datetime | None = None
    paused_until: datetime | None = None

    def add(self, pauses: Pauses, memory: timedelta, at: datetime) -> None:
        if self.last_on is not None and at - (self.paused_until or self.last_on) > memory:
            self.count = 0
        self.count += 1
        self.last_on = at
        pause = pauses.after(self.count)
        self.paused_until = at + pause if pause else None


@dataclass(slots=True, kw_only=True)
class Lockout:
    """The failures that count for an attempt with `email` from the network address `place`.

    `as_of` is the time of the store that counts, not of this machine.
    """

    email: Email
    place: str
    # Whether the user has signed in from there before.
    is_known: bool
    as_of: datetime
    from_place: Failures = field(default_factory=Failures)
    from_strange_places: Failures = field(default_factory=Failures)

    def check(self) -> None:
        """Raises AccountLocked during a pause."""
        pauses = [self.from_place.paused_until]
        if not self.is_known:
            pauses.append(self.from_strange_places.paused_until)
        waits = [until - self.as_of for until in pauses if until is not None and self.as_of < until]
        if waits:
            raise AccountLocked(retry_after_s=max(waits).total_seconds())

    def count_failure(self, policy: LockoutPolicy) -> None:
        self.from_place.add(policy.one_place, policy.memory, self.as_of)
        if not self.is_known:
            self.from_strange_places.add(policy.strange_places, policy.memory, self.as_of)
