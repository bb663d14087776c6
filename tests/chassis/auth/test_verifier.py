"""A token is believed only when everything about it is right, and only for as long as it lives."""

from __future__ import annotations

import time
from collections.abc import Mapping

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from easyorder.identity.v1 import Jwk, Jwks

from chassis.auth import JwksKeySource, ServiceTokens, TokenVerifier
from chassis.context import Caller
from chassis.errors import TokenExpired, Unauthenticated, Unavailable
from tests.fakes.chassis import FakeClock
from tests.mesh import KID, SECRET, Tokens, serving


class CountedKeys:
    """A KeySource that counts how often it is asked, and can be out of reach."""

    def __init__(self, tokens: Tokens) -> None:
        self.source = tokens
        self.asked = 0
        self.out_of_reach = False

    async def keys(self) -> Mapping[str, Ed25519PublicKey]:
        self.asked += 1
        if self.out_of_reach:
            raise Unavailable("identity does not answer")
        return await self.source.keys()


class Seconds:
    """A clock of seconds that tests move."""

    def __init__(self, at: float) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


async def test_a_person_is_known_with_roles_and_teams(tokens):
    verifier = tokens.verifier()

    assert await verifier.verify(tokens.user("u1", teams=["t1", "t2"])) == Caller.person("u1", team_ids=("t1", "t2"))
    assert await verifier.verify(tokens.admin("a1")) == Caller.person("a1", admin=True)


async def test_a_service_is_known_by_the_secret_of_the_mesh(tokens):
    assert await tokens.verifier().verify(tokens.service("order")) == Caller.service("order")


@pytest.mark.parametrize("wrong", Tokens().refused())
async def test_a_token_with_anything_wrong_is_refused(tokens, wrong):
    expected = TokenExpired if wrong == "expired" else Unauthenticated

    with pytest.raises(expected):
        await tokens.verifier().verify(tokens.refused()[wrong])


@pytest.mark.parametrize("claim", ["exp", "iat", "sub", "aud", "iss"])
async def test_no_claim_may_be_missing(tokens, claim):
    now = int(time.time())
    claims = {"iss": "easyorder", "aud": "easyorder", "sub": "u", "iat": now, "exp": now + 60, "roles": ["USER"]}
    del claims[claim]
    token = jwt.encode(claims, tokens._key, "EdDSA", {"kid": KID})

    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(token)


async def test_a_person_can_not_pass_for_a_service(tokens):
    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(tokens.user("order", iss="easyorder-mesh", aud="easyorder-mesh"))


async def test_who_does_not_know_the_secret_is_no_service(tokens):
    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(ServiceTokens("order", "x" * 32).current())


async def test_a_verified_token_is_not_verified_again_until_it_expires(tokens):
    now = Seconds(time.time())
    keys = CountedKeys(tokens)
    verifier = TokenVerifier(keys, SECRET, now=now, max_age_s=0)
    token = tokens.user(exp=int(now.at) + 60)

    await verifier.verify(token)
    await verifier.verify(token)
    assert keys.asked == 1

    now.at += 61
    await verifier.verify(token)
    assert keys.asked == 2


async def test_the_memory_of_tokens_is_bounded(tokens):
    verifier = TokenVerifier(tokens, SECRET, cache_size=3)

    for number in range(10):
        await verifier.verify(tokens.user(f"u{number}"))

    assert len(verifier._verified) == 3


async def test_an_unknown_key_makes_it_ask_again_but_not_more_than_once_in_a_while(tokens):
    keys, clock = CountedKeys(tokens), Seconds(0)
    verifier = TokenVerifier(keys, SECRET, monotonic=clock, refresh_after_s=5)
    await verifier.verify(tokens.user())

    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await verifier.verify(tokens.unknown_key())
    assert keys.asked == 1

    clock.at = 5
    keys.source = rotated = Tokens()
    with pytest.raises(Unauthenticated):
        await verifier.verify(tokens.unknown_key())
    assert keys.asked == 2
    await verifier.verify(rotated.user())


async def test_a_withdrawn_key_ends_after_a_while(tokens):
    keys, clock = CountedKeys(tokens), Seconds(0)
    verifier = TokenVerifier(keys, SECRET, monotonic=clock, max_age_s=600)
    await verifier.verify(tokens.user("first"))
    keys.source = Tokens()

    clock.at = 600
    with pytest.raises(Unauthenticated):
        await verifier.verify(tokens.user("second"))


async def test_keys_out_of_reach_do_not_lock_out_those_whose_key_is_known(tokens):
    keys, clock = CountedKeys(tokens), Seconds(0)
    verifier = TokenVerifier(keys, SECRET, monotonic=clock, max_age_s=600)
    await verifier.verify(tokens.user("first"))

    keys.out_of_reach, clock.at = True, 600
    await verifier.verify(tokens.user("second"))


async def test_keys_out_of_reach_from_the_start_are_no_fault_of_the_caller(tokens):
    keys = CountedKeys(tokens)
    keys.out_of_reach = True

    with pytest.raises(Unavailable):
        await TokenVerifier(keys, SECRET).verify(tokens.user())


def test_a_short_secret_is_refused(tokens):
    with pytest.raises(ValueError, match="32"):
        TokenVerifier(tokens, "short")
    with pytest.raises(ValueError, match="32"):
        ServiceTokens("order", "")


def test_a_services_token_is_renewed_before_it_expires():
    clock = FakeClock()
    minted = ServiceTokens("order", SECRET, clock)
    first = minted.current()

    clock.advance(239)
    assert minted.current() == first
    clock.advance(1)
    assert minted.current() != first


async def test_keys_come_from_identity_over_grpc(tokens):
    class Identity:
        async def get_jwks(self, request: object) -> Jwks:
            public = (await tokens.keys())[KID]
            own = jwt.algorithms.OKPAlgorithm.to_jwk(public, as_dict=True)
            return Jwks(keys=[Jwk(kid=KID, kty="OKP", crv="Ed25519", x=own["x"]), Jwk(kid="rsa", kty="RSA")])

    async with serving({"easyorder.identity.v1.IdentityService": Identity()}) as mesh:
        verifier = TokenVerifier(JwksKeySource(mesh.anonymous()), SECRET)

        assert await verifier.verify(tokens.user("u1")) == Caller.person("u1")
