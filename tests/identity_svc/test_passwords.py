"""Passwords are hashed with argon2id outside the event loop, and never shown by accident."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time

import argon2
import pytest

from chassis.errors import RateLimited
from identity_svc.adapters.passwords import Argon2Cost, Argon2Passwords
from identity_svc.commands.login import Login
from identity_svc.commands.register import Register
from identity_svc.domain.password import Password, PasswordHash

CHEAP = Argon2Cost(time_cost=1, memory_kib=8, threads=2, max_waiting=10)
# As slow as it must be to be seen.
SLOW = Argon2Cost(time_cost=15, memory_kib=19_456, threads=1, max_waiting=0)
SECRET = Password("correct horse 1")


async def test_only_the_right_password_matches() -> None:
    passwords = Argon2Passwords(CHEAP)
    known = await passwords.hash(SECRET)

    assert await passwords.verify(SECRET, known)
    assert not await passwords.verify(Password("correct horse 2"), known)
    assert not await passwords.verify(SECRET, None)
    assert known.phc.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert known.phc != (await passwords.hash(SECRET)).phc


async def test_a_hash_is_outdated_when_the_cost_has_changed() -> None:
    known = await Argon2Passwords(CHEAP).hash(SECRET)
    dearer = Argon2Passwords(Argon2Cost(time_cost=2, memory_kib=8, threads=1, max_waiting=1))

    assert not Argon2Passwords(CHEAP).is_outdated(known)
    assert dearer.is_outdated(known)
    assert await dearer.verify(SECRET, known)


@pytest.mark.parametrize("typed", ["Cafe\u0301 123", "\uff23af\u00e9 123", "Caf\u00e9\u00a0123"])
async def test_the_same_password_typed_on_another_machine_matches(typed: str) -> None:
    passwords = Argon2Passwords(CHEAP)

    assert await passwords.verify(Password(typed), await passwords.hash(Password("Caf\u00e9 123")))


async def test_a_password_that_was_hashed_as_it_was_typed_still_matches() -> None:
    """Before 0.3.0, full width and other compatible characters were hashed as such (NFC)."""
    passwords = Argon2Passwords(CHEAP)
    known = PasswordHash(argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("\uff23af\u00e9 123"))

    assert await passwords.verify(Password("\uff23afe\u0301 123"), known)
    assert not await passwords.verify(Password("Caf\u00e9 123"), known)


async def test_an_unknown_address_costs_as_much_as_a_known_one() -> None:
    passwords = Argon2Passwords(Argon2Cost(time_cost=5, memory_kib=19_456, threads=1, max_waiting=1))
    known = await passwords.hash(SECRET)

    async def cpu_s(against: object) -> float:
        async def once() -> float:
            # Of all threads, so that what else the machine does counts little.
            begun = time.process_time()
            await passwords.verify(Password("wrong 123"), known if against else None)
            return time.process_time() - begun

        return min([await once() for _ in range(5)])

    assert await cpu_s(None) > await cpu_s(known) / 2


async def test_hashing_lets_the_event_loop_go_on() -> None:
    passwords = Argon2Passwords(SLOW)
    hashing = asyncio.create_task(passwords.hash(SECRET))
    turns = 0
    while not hashing.done():
        await asyncio.wait({hashing}, timeout=0.001)
        turns += 1

    assert turns > 20


async def test_more_than_the_line_holds_are_told_to_come_back() -> None:
    passwords = Argon2Passwords(SLOW)

    first, second = await asyncio.gather(passwords.hash(SECRET), passwords.hash(SECRET), return_exceptions=True)

    assert isinstance(first, PasswordHash)
    assert isinstance(second, RateLimited)
    assert second.retry_after_s == 1
    assert await passwords.hash(SECRET)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has a priority for each thread")
async def test_hashing_gives_way_to_all_else() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    assert await Argon2Passwords(CHEAP)._run(niceness) >= niceness() + 10


async def test_nothing_shows_a_password() -> None:
    known = await Argon2Passwords(CHEAP).hash(SECRET)
    shown = [
        *(form(SECRET) for form in (str, repr, "{}".format, "{!r}".format)),
        repr(Register(email="a@b.c", password=SECRET, display_name="A")),
        repr(Login(email="a@b.c", password=SECRET)),
        repr(known),
    ]

    assert not any("correct horse" in text or known.phc in text for text in shown)
