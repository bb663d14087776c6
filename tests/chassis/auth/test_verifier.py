"""A token is accepted only if every claim is correct, and only until it expires."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chassis.auth.keys import KeyCache, thumbprint
from chassis.auth.service_tokens import LIFE, ServiceKeys, ServiceTokens
from chassis.auth.verifier import USER_TYPE, TokenVerifier
from chassis.context import Caller
from chassis.errors import TokenExpired, Unauthenticated
from deploy.service_keys import SERVICES, make_keys
from tests.fakes.chassis import FakeClock, FakeKeys
from tests.mesh import KID, Tokens, service_keys, service_tokens
from tests.polling import eventually


@pytest.fixture
def tokens() -> Tokens:
    return Tokens()


async def test_a_person_is_known_with_roles_and_teams(tokens: Tokens) -> None:
    verifier = tokens.verifier()

    assert await verifier.verify(tokens.user("u1", teams=["t1", "t2"])) == Caller.person("u1", team_ids=("t1", "t2"))
    assert await verifier.verify(tokens.admin("a1")) == Caller.person("a1", admin=True)


async def test_a_service_is_known_by_its_key(tokens: Tokens) -> None:
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


def signed_by_order(**changes: Any) -> str:
    """By the key of order_svc, with claims or headers that it would not send."""
    key = load_pem_private_key((service_keys() / "order.pem").read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)
    headers = {"kid": thumbprint(key.public_key()), "typ": changes.pop("typ", "service+jwt")}
    now = int(time.time())
    own = {"iss": "order", "sub": "order", "aud": "test", "iat": now, "exp": now + 60}
    return jwt.encode(own | changes, key, "EdDSA", headers)


async def test_what_the_key_of_a_service_signs_is_that_service(tokens: Tokens) -> None:
    # Otherwise the refusals below would prove nothing.
    assert await tokens.verifier().verify(signed_by_order()) == Caller.service("order")


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": "inventory"},
        {"iss": "inventory"},
        {"iss": "inventory", "sub": "inventory"},
        {"aud": "identity"},
        {"exp": 0},
        {"typ": "JWT"},
        {"typ": USER_TYPE},
        {"typ": USER_TYPE, "iss": "easyorder", "aud": "easyorder", "roles": ["ADMIN"]},
    ],
    ids=str,
)
async def test_a_service_passes_for_nobody_else(tokens: Tokens, changes: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(signed_by_order(**changes))


async def test_a_token_for_one_service_is_refused_by_another(tokens: Tokens) -> None:
    with pytest.raises(Unauthenticated):
        await tokens.verifier("identity").verify(tokens.service(audience="inventory"))


async def test_a_person_can_not_pass_for_a_service(tokens: Tokens) -> None:
    claims = {"iss": "order", "sub": "order", "aud": "test", "iat": int(time.time()), "exp": int(time.time()) + 60}
    for type in (USER_TYPE, "service+jwt"):
        with pytest.raises(Unauthenticated):
            await tokens.verifier().verify(jwt.encode(claims, tokens._key, "EdDSA", {"kid": KID, "typ": type}))


async def test_who_has_another_key_is_no_service(tokens: Tokens, tmp_path: Path) -> None:
    make_keys(tmp_path, datetime.now(UTC))

    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(ServiceTokens("order", tmp_path).current("test"))


class OneService:
    """order_svc, which calls a service that verifies, and the folder of their keys."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.folder = FakeClock(datetime.now(UTC)), folder
        make_keys(folder, self.clock.now())
        self.minted = ServiceTokens("order", folder, self.clock)
        self.verifier = TokenVerifier(KeyCache(Tokens().keys), ServiceKeys(folder, "test"), clock=self.clock)

    def rotate(self, **options: Any) -> None:
        assert make_keys(self.folder, self.clock.now(), older_than=timedelta(), **options) == [*SERVICES]

    async def accepts(self, token: str) -> bool:
        try:
            return await self.verifier.verify(token) == Caller.service("order")
        except Unauthenticated:
            return False

    async def refuses(self, token: str) -> bool:
        return not await self.accepts(token)


async def test_a_rotated_key_is_used_at_once_and_the_former_until_its_tokens_have_expired(tmp_path: Path) -> None:
    order = OneService(tmp_path)
    first = order.minted.current("test")
    assert await order.accepts(first)

    order.rotate()

    second = await eventually(lambda: other_than(first, order.minted.current("test")))
    assert await order.accepts(second)
    assert await order.accepts(first)
    order.clock.advance(LIFE.total_seconds() + 1)
    assert not await order.accepts(first)
    assert not await order.accepts(second)  # expired, but its key has not
    assert await order.accepts(order.minted.current("test"))


async def test_a_replaced_key_signs_nothing_later(tmp_path: Path) -> None:
    order = OneService(tmp_path)
    stolen = load_pem_private_key((tmp_path / "order.pem").read_bytes(), password=None)
    assert isinstance(stolen, Ed25519PrivateKey)
    order.rotate()
    order.clock.advance(LIFE.total_seconds() + 61)

    now = order.clock.now()
    claims = {"iss": "order", "sub": "order", "aud": "test", "iat": now, "exp": now + LIFE}
    header = {"kid": thumbprint(stolen.public_key()), "typ": "service+jwt"}

    forged = jwt.encode(claims, stolen, "EdDSA", header)

    assert await eventually(lambda: order.refuses(forged))


async def test_a_withdrawn_key_is_refused_within_a_second(tmp_path: Path) -> None:
    order = OneService(tmp_path)
    first = order.minted.current("test")
    assert await order.accepts(first)

    order.rotate(withdraw=True)

    assert await eventually(lambda: order.refuses(first))
    assert await order.accepts(await eventually(lambda: other_than(first, order.minted.current("test"))))


async def other_than(known: str, token: str) -> str:
    return "" if token == known else token


async def test_no_signature_is_computed_per_call(tokens: Tokens, monkeypatch: pytest.MonkeyPatch) -> None:
    minted, verifier = service_tokens(), tokens.verifier()
    assert minted.current("test") != minted.current("payment")
    await verifier.verify(minted.current("test"))
    for name in ("encode", "decode"):
        monkeypatch.setattr(jwt, name, None)

    assert await verifier.verify(minted.current("test")) == Caller.service("order")


async def test_an_expired_token_is_accepted_only_within_the_grace(tokens: Tokens) -> None:
    clock = FakeClock(datetime.now(UTC))
    verifier = TokenVerifier(KeyCache(tokens.keys), ServiceKeys(service_keys(), "test"), clock=clock)
    now = int(clock.at.timestamp())
    token = tokens.user("u1", iat=now, exp=now + 60)
    clock.advance(70)

    assert (await verifier.verify(token, grace_s=20)).id == "u1"
    assert (await verifier.verify(token, grace_s=20)).id == "u1"
    with pytest.raises(TokenExpired):
        await verifier.verify(token)
    with pytest.raises(TokenExpired):
        await verifier.verify(token, grace_s=5)


async def test_a_verified_token_is_known_until_it_expires(tokens: Tokens) -> None:
    clock = FakeClock(datetime.now(UTC))
    verifier = TokenVerifier(KeyCache(tokens.keys), ServiceKeys(service_keys(), "test"), clock=clock)
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
    verifier, now = (
        TokenVerifier(KeyCache(tokens.keys), ServiceKeys(service_keys(), "test"), clock=clock),
        clock.now().timestamp(),
    )

    assert (await verifier.verify(tokens.user("u1", iat=now, exp=now + 1))).id == "u1"
    with pytest.raises(TokenExpired):
        await verifier.verify(tokens.user("u1", iat=now - 9, exp=now))


async def test_a_verified_token_ends_with_its_key(tokens: Tokens) -> None:
    source = FakeKeys(tokens.keys)
    keys = KeyCache(source, refresh_after_s=0.01)
    verifier, token = TokenVerifier(keys, ServiceKeys(service_keys(), "test")), tokens.user()
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
    verifier = TokenVerifier(KeyCache(tokens.keys), ServiceKeys(service_keys(), "test"))
    verifier.cache_size = 3

    for number in range(10):
        await verifier.verify(tokens.user(f"u{number}"))

    assert len(verifier._verified) == 3


@pytest.mark.parametrize("content", [None, b"", b"no key", b"{}"])
def test_a_service_without_a_key_does_not_start(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "order.pem").write_bytes(content)

    with pytest.raises(SystemExit, match=r"deploy\.service_keys"):
        ServiceTokens("order", tmp_path)
    with pytest.raises(SystemExit, match=r"deploy\.service_keys"):
        ServiceKeys(tmp_path, "test")


def test_a_services_token_is_renewed_before_it_expires() -> None:
    clock = FakeClock()
    minted = ServiceTokens("order", service_keys(), clock)
    first = minted.current("test")

    clock.advance(239)
    assert minted.current("test") == first
    clock.advance(1)
    assert minted.current("test") != first


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

    minted = ServiceTokens("order", service_keys(), clock)

    assert await tokens.verifier().verify(minted.current("test")) == Caller.service("order")


async def test_a_service_whose_clock_is_set_back_mints_a_new_token(tokens: Tokens) -> None:
    clock = FakeClock(datetime.fromtimestamp(time.time() + 3600, UTC))
    minted = ServiceTokens("order", service_keys(), clock)
    with pytest.raises(Unauthenticated):
        await tokens.verifier().verify(minted.current("test"))

    clock.advance(-3600)

    assert await tokens.verifier().verify(minted.current("test")) == Caller.service("order")
