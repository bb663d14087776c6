"""A token is accepted only if every claim is correct, and only until it expires."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from chassis.auth.keys import KeyCache
from chassis.auth.service_tokens import ServiceTokens
from chassis.auth.verifier import USER_TYPE, TokenVerifier
from chassis.context import Caller
from chassis.errors import TokenExpired, Unauthenticated
from tests.fakes.chassis import FakeClock, FakeKeys
from tests.mesh import KID, SECRET, Tokens
from tests.polling import eventually


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


async def test_a_person_is_known_with_roles_and_teams(tokens: Tokens) -> None:
    verifier = tokens.verifier()

    assert await verifier.verify(tokens.user("u1", teams=["t1", "t2"])) == Caller.person("u1", team_ids=("t1", "t2"))
    assert await verifier.verify(tokens.admin("a1")) == Caller.person("a1", admin=True)


async def test_a_service_is_known_by_the_secret_of_the_mesh(tokens: Tokens) -> None:
    assert await tokens.verifier().verify(tokens.service("order")) == Caller.service("order")


@pytest.mark.parametrize("wrong", Tokens().refused())
async def test_a_token_with_anything_wrong_is_refused(tokens: Tokens, wrong: str) -> None:
    expected = TokenExpired if wrong == "expired" else Unauthenticated

    with pytest.raises(expected):
        await tokens.verifier().verify(tokens.refused()[wrong])


@pytest.mark.parametrize("claim", ["exp", "iat", "sub", "aud", "iss"])
async def test_no_claim_may_be_missing(tokens: Tokens, claim: str) -> None:
    now = int(time.time())
    claims = {"iss": "easyorder", "aud": "easyorder", "sub": "u", "iat": now, "exp": now + 60, "roles": ["USER"]}
    del claims[claim]
    token = jwt.encode(claims, tokens._key, "EdDSA", {"kid": KID, "typ": USER_TYPE})

    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(token)


# Any text is a subject, or a session.
WRONG_TYPES = [
    (claim, value)
    for claim in ("roles", "teams", "sub", "sid", "exp", "iat", "aud", "iss")
    for value in ("XADMINX", ["ADMIN", 1], 1e400, {"ADMIN": 1}, True, [["ADMIN"]])
    if (claim, value) not in (("sub", "XADMINX"), ("sid", "XADMINX"))
]


@pytest.mark.parametrize(("claim", "value"), WRONG_TYPES, ids=str)
async def test_a_claim_of_another_type_is_refused(tokens: Tokens, claim: str, value: Any) -> None:
    content = json.dumps(tokens._claims("u1", ["USER"], []) | {claim: value})
    token = jwt.PyJWS().encode(content.encode(), tokens._key, "EdDSA", {"kid": KID, "typ": USER_TYPE})

    with pytest.raises((Unauthenticated, TokenExpired)):
        await tokens.verifier().verify(token)


async def test_a_person_can_not_pass_for_a_service(tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(tokens.user("order", iss="easyorder-mesh", aud="easyorder-mesh"))


async def test_who_does_not_know_the_secret_is_no_service(tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(ServiceTokens("order", "x" * 32).current())


async def test_a_verified_token_is_known_until_it_expires(tokens: Tokens) -> None:
    clock = FakeClock(datetime.now(UTC))
    verifier = TokenVerifier(KeyCache(tokens.keys), SECRET, clock=clock)
    token = tokens.user(exp=int(clock.at.timestamp()) + 60)
    caller = await verifier.verify(token)

    assert await verifier.verify(token) is caller

    clock.advance(61)
    with pytest.raises(TokenExpired):
        await verifier.verify(token)


@pytest.mark.parametrize("ahead_s", [-3600, 3600])
async def test_a_token_expires_by_the_clock_of_the_process_and_not_of_the_machine(
    tokens: Tokens, ahead_s: float
) -> None:
    clock = FakeClock(datetime.fromtimestamp(time.time() + ahead_s, UTC))
    verifier, now = TokenVerifier(KeyCache(tokens.keys), SECRET, clock=clock), clock.now().timestamp()

    assert (await verifier.verify(tokens.user("u1", iat=now, exp=now + 1))).id == "u1"
    with pytest.raises(TokenExpired):
        await verifier.verify(tokens.user("u1", iat=now - 9, exp=now))


async def test_a_verified_token_ends_with_its_key(tokens: Tokens) -> None:
    source = FakeKeys(tokens.keys)
    keys = KeyCache(source, refresh_after_s=0.01)
    verifier, token = TokenVerifier(keys, SECRET), tokens.user()
    await verifier.verify(token)
    await keys.start()

    source.in_use = {}

    async def refused() -> bool:
        try:
            await verifier.verify(token)
        except Unauthenticated:
            return True
        return False

    assert await eventually(refused)
    await keys.stop()


async def test_the_memory_of_tokens_is_bounded(tokens: Tokens) -> None:
    verifier = TokenVerifier(KeyCache(tokens.keys), SECRET)
    verifier.cache_size = 3

    for number in range(10):
        await verifier.verify(tokens.user(f"u{number}"))

    assert len(verifier._verified) == 3


def test_a_short_secret_is_refused(tokens: Tokens) -> None:
    with pytest.raises(ValueError, match="32"):
        TokenVerifier(KeyCache(tokens.keys), "short")
    with pytest.raises(ValueError, match="32"):
        ServiceTokens("order", "")


def test_a_services_token_is_renewed_before_it_expires() -> None:
    clock = FakeClock()
    minted = ServiceTokens("order", SECRET, clock)
    first = minted.current()

    clock.advance(239)
    assert minted.current() == first
    clock.advance(1)
    assert minted.current() != first


@pytest.mark.parametrize("ahead_s", [-3600, -5, 5])
async def test_a_token_of_an_issuer_whose_clock_is_not_ours_is_accepted(tokens: Tokens, ahead_s: float) -> None:
    now = time.time() + ahead_s

    caller = await tokens.verifier().verify(tokens.user("u1", iat=now, exp=now + 7200))

    assert caller.id == "u1"


@pytest.mark.parametrize("ahead_s", [20, 3600, 1e300])
async def test_a_token_from_the_future_is_refused(tokens: Tokens, ahead_s: float) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(tokens.user("u1", iat=time.time() + ahead_s))


@pytest.mark.parametrize("ahead_s", [-5, 5])
async def test_a_service_whose_clock_is_not_ours_is_known(tokens: Tokens, ahead_s: float) -> None:
    clock = FakeClock(datetime.fromtimestamp(time.time() + ahead_s, UTC))

    assert await tokens.verifier().verify(ServiceTokens("order", SECRET, clock).current()) == Caller.service("order")


async def test_a_service_whose_clock_is_set_back_mints_a_new_token(tokens: Tokens) -> None:
    clock = FakeClock(datetime.fromtimestamp(time.time() + 3600, UTC))
    minted = ServiceTokens("order", SECRET, clock)
    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(minted.current())

    clock.advance(-3600)

    assert await tokens.verifier().verify(minted.current()) == Caller.service("order")
