"""Tokens that are signed with the key of this mesh, and must be refused nevertheless."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from chassis.auth.verifier import AUDIENCE, ISSUER, USER_ALGORITHM, USER_TYPE
from identity_svc.adapters.key_encryption import KeyEncryption
from identity_svc.domain.tokens import PublicKey, SigningKey
from tests.e2e.running_mesh import RunningMesh


class Forge:
    """Whoever holds the key of identity_svc can say anything; verifiers must still look at it."""

    def __init__(self, key: Ed25519PrivateKey, kid: str) -> None:
        self._key = key
        self._kid = kid

    def token(self, type: str = USER_TYPE, **changes: Any) -> str:
        """A claim of None is left out."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "6f0c1d2e-0000-4000-8000-000000000000",
            "roles": ["USER"],
            "teams": [],
            "iat": now,
            "exp": now + 60,
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        return jwt.encode(claims, self._key, USER_ALGORITHM, {"kid": self._kid, "typ": type})

    def refused(self) -> dict[str, str]:
        """Every token that must be refused, by what is wrong with it."""
        header, _, signature = self.token().split(".")
        other_claims = self.token(roles=["USER", "ADMIN"]).split(".")[1]
        past = int(time.time()) - 3600
        own_key = Ed25519PrivateKey.generate()
        return {
            "tampered": f"{header}.{other_claims}.{signature}",
            "expired": self.token(iat=past, exp=past + 60),
            "alg=none": jwt.encode(jwt.decode(self.token(), options={"verify_signature": False}), "", "none"),
            "wrong audience": self.token(aud="another-shop"),
            "wrong issuer": self.token(iss="another-shop"),
            "wrong type": self.token(type="JWT"),
            "without expiry": self.token(exp=None),
            # The classic confusion of algorithms: a secret that everybody can read.
            "HS256 with the public key": jwt.encode(
                {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "roles": ["ADMIN"], "iat": past, "exp": past + 7200},
                self._key.public_key().public_bytes_raw(),
                "HS256",
                {"kid": self._kid, "typ": USER_TYPE},
            ),
            "a key of its own": jwt.encode(
                {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "roles": ["ADMIN"], "iat": past, "exp": past + 7200},
                own_key,
                USER_ALGORITHM,
                {"kid": "own", "typ": USER_TYPE, "jwk": json.loads(OKPAlgorithm.to_jwk(own_key.public_key()))},
            ),
            "another key": jwt.encode(
                {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "exp": past + 7200, "iat": past},
                Ed25519PrivateKey.generate(),
                USER_ALGORITHM,
                {"kid": self._kid, "typ": USER_TYPE},
            ),
            "garbage": "not.a.token",
        }


async def forge(mesh: RunningMesh) -> Forge:
    """Breaks into the mesh: takes its secret and its encrypted key."""
    async with mesh.database("easyorder_identity") as identity:
        row = await identity.fetchrow("SELECT * FROM signing_key WHERE retired_on IS NULL")
    key = SigningKey(
        public=PublicKey(row["public_key"]),
        encrypted=row["private_key"],
        created_on=row["created_on"],
        signs_from=row["signs_from"],
    )
    return Forge(KeyEncryption(mesh.secret).open(key), row["kid"])
