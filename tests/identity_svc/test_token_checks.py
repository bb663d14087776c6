"""Tokens with a single fault are refused; all but those with a wrong signature are signed with the service's key."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from easyorder.identity.v1 import GetJwksRequest

from chassis.auth.verifier import USER_TYPE
from chassis.errors import AppError, TokenExpired, Unauthenticated
from tests.identity_svc.identity_app import SECRET
from tests.identity_svc.identity_process import GET_JWKS, Process


@dataclass
class Forger:
    """Has the service's key, and Ada's honest token."""

    kid: str
    key: Ed25519PrivateKey
    token: str

    @property
    def claims(self) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(self.token, options={"verify_signature": False})
        return claims

    def signed(self, **changed: Any) -> str:
        return jwt.encode(self.claims | changed, self.key, "EdDSA", {"kid": self.kid, "typ": USER_TYPE})

    def without(self, claim: str) -> str:
        claims = {name: value for name, value in self.claims.items() if name != claim}
        return jwt.encode(claims, self.key, "EdDSA", {"kid": self.kid, "typ": USER_TYPE})

    def tampered(self) -> str:
        header, _, signature = self.token.split(".")
        payload = json.dumps(self.claims | {"roles": ["ADMIN", "USER"]}).encode()
        return ".".join([header, base64.urlsafe_b64encode(payload).rstrip(b"=").decode(), signature])


FORGERIES: dict[str, tuple[Callable[[Forger], str], type[AppError]]] = {
    "tampered": (Forger.tampered, Unauthenticated),
    "cut short": (lambda f: f.token[:-10], Unauthenticated),
    "not a token": (lambda f: "abc", Unauthenticated),
    "expired": (lambda f: f.signed(exp=int(time.time()) - 1), TokenExpired),
    "no expiry": (lambda f: f.without("exp"), Unauthenticated),
    "alg none": (lambda f: jwt.encode(f.claims, "", "none", {"kid": f.kid, "typ": USER_TYPE}), Unauthenticated),
    "wrong audience": (lambda f: f.signed(aud="another-shop"), Unauthenticated),
    "wrong issuer": (lambda f: f.signed(iss="another-shop"), Unauthenticated),
    "wrong type": (lambda f: jwt.encode(f.claims, f.key, "EdDSA", {"kid": f.kid, "typ": "JWT"}), Unauthenticated),
    "no type": (lambda f: jwt.encode(f.claims, f.key, "EdDSA", {"kid": f.kid, "typ": None}), Unauthenticated),
    "another key": (
        lambda f: jwt.encode(f.claims, Ed25519PrivateKey.generate(), "EdDSA", {"kid": f.kid, "typ": USER_TYPE}),
        Unauthenticated,
    ),
    "unknown key": (
        lambda f: jwt.encode(f.claims, f.key, "EdDSA", {"kid": "unknown", "typ": USER_TYPE}),
        Unauthenticated,
    ),
    "a person under the mesh's secret": (
        lambda f: jwt.encode(f.claims, SECRET, "HS256", {"kid": f.kid, "typ": USER_TYPE}),
        Unauthenticated,
    ),
}


@pytest.fixture
async def forger(process: Process) -> Forger:
    await process.register()
    kid, key = await process.signing_key()
    return Forger(kid, key, (await process.login()).access_token)


async def test_an_honest_token_made_with_the_same_means_passes(process: Process, forger: Forger) -> None:
    assert (await process.me(forger.signed())).email == "ada@example.com"


@pytest.mark.parametrize("forgery", FORGERIES)
async def test_a_forged_token_is_refused(process: Process, forger: Forger, forgery: str) -> None:
    forge, refusal = FORGERIES[forgery]

    with pytest.raises(AppError) as refused:
        await process.me(forge(forger))

    assert type(refused.value) is refusal


async def test_a_public_method_does_not_mind_a_bad_token(process: Process, forger: Forger) -> None:
    client = process.client(forger.tampered())

    assert (await client.call(GET_JWKS, GetJwksRequest())).keys


async def test_who_somebody_claims_to_be_changes_nothing(process: Process, forger: Forger) -> None:
    boss = (await process.login_as_administrator()).user
    assert boss is not None
    claims = tuple((name, boss.id) for name in ("x-user-id", "x-easyorder-user", "x-easyorder-on-behalf-of"))

    assert (await process.me(forger.token, extra=claims)).email == "ada@example.com"
    with pytest.raises(Unauthenticated):
        await process.me("", extra=claims)
