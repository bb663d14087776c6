"""argon2id (RFC 9106) in a few threads that give way to all others, so that a flood of logins delays only logins."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import argon2
from argon2.exceptions import VerifyMismatchError

from chassis.errors import RateLimited
from identity_svc.domain.password import Password, PasswordHash

T = TypeVar("T")
# A tenth of the time of a thread with the usual priority, where both want to run.
_NICE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Argon2Cost:
    """The cost of a hash, and the limits: `threads` hashes at once, `max_waiting` in the queue."""

    time_cost: int
    memory_kib: int
    threads: int
    max_waiting: int


class Argon2Passwords:
    """Passwords with argon2-cffi, which releases the GIL while it hashes."""

    def __init__(self, cost: Argon2Cost) -> None:
        self._hasher = argon2.PasswordHasher(
            time_cost=cost.time_cost, memory_cost=cost.memory_kib, parallelism=1, type=argon2.Type.ID
        )
        self._threads = ThreadPoolExecutor(cost.threads, thread_name_prefix="argon2", initializer=_give_way)
        self._room = cost.threads + cost.max_waiting
        # For unknown addresses: verifying must not be quicker for them.
        self._nobodys = PasswordHash(self._hasher.hash(secrets.token_urlsafe()))

    async def hash(self, password: Password) -> PasswordHash:
        """Raises RateLimited when too many are waiting."""
        return PasswordHash(await self._run(lambda: self._hasher.hash(password.reveal())))

    async def verify(self, password: Password, known: PasswordHash | None) -> bool:
        """Raises RateLimited when too many are waiting."""
        matches = await self._run(lambda: self._matches(password, known or self._nobodys))
        return matches and known is not None

    def is_outdated(self, known: PasswordHash) -> bool:
        return self._hasher.check_needs_rehash(known.phc)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password: Password, known: PasswordHash) -> bool:
        for spelling in password.spellings():
            with contextlib.suppress(VerifyMismatchError):
                return self._hasher.verify(known.phc, spelling)
        return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._room <= 0:
            raise RateLimited("too many people are signing in; try again in a moment", retry_after_s=1)
        self._room -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._room += 1


def _give_way() -> None:
    """Lowers the priority of the calling thread: only Linux has one for each thread."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
