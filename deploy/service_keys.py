"""`python -m deploy.service_keys` makes the keys with which services identify themselves to each other; others stay.

With `--rotate` all services get new keys, and no call is refused: tokens of the former keys are accepted until they
expire. With `--withdraw`, because a key is known to others: they are refused within a second.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from chassis.auth.keys import thumbprint
from chassis.auth.service_tokens import ALGORITHM, LIFE, PUBLIC_KEYS
from chassis.clock import SystemClock
from chassis.settings import MeshSettings, from_environment

# Those that call others as a service.
SERVICES = ("inventory", "order", "payment")
# Until every process has read the new key, and for clocks that differ.
_READ_WITHIN = timedelta(minutes=1)


def make_keys(folder: Path, now: datetime, *, older_than: timedelta | None = None, withdraw: bool = False) -> list[str]:
    """Makes a key for each service that has none, or one that is `older_than` that; returns their names.

    Others know the new key before it signs. The former one expires with its last token, or at once with `withdraw`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    public = folder / PUBLIC_KEYS
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        key_sets = json.loads(public.read_text(encoding="utf-8")) if public.exists() else {}
        due = [name for name in SERVICES if _is_due(folder, name, key_sets, now, older_than)]
        made = {name: Ed25519PrivateKey.generate() for name in due}
        if not made:
            return []
        new = {name: _jwk(key.public_key(), now) for name, key in made.items()}
        former = {name: key_sets.get(name, {"keys": []})["keys"] for name in made}
        write_file(public, _text(key_sets | {name: {"keys": [*former[name], new[name]]} for name in made}))
        for name, key in made.items():
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
            write_file(folder / f"{name}.pem", pem, mode=0o600)
        end = (now + LIFE + _READ_WITHIN).timestamp()
        kept = {
            name: [] if withdraw else [{"exp": end} | key for key in keys if key.get("exp", end) > now.timestamp()]
            for name, keys in former.items()
        }
        write_file(public, _text(key_sets | {name: {"keys": [*kept[name], new[name]]} for name in made}))
    return [*made]


def _is_due(folder: Path, name: str, key_sets: Mapping[str, Any], now: datetime, older_than: timedelta | None) -> bool:
    if name not in key_sets or not (folder / f"{name}.pem").exists():
        return True
    made_at_s: float = max(key["iat"] for key in key_sets[name]["keys"])
    # A clock that was set back since does not keep a key that is to be withdrawn.
    return older_than is not None and abs(now.timestamp() - made_at_s) >= older_than.total_seconds()


def _jwk(key: Ed25519PublicKey, now: datetime) -> dict[str, Any]:
    own = jwt.algorithms.OKPAlgorithm.to_jwk(key, as_dict=True)
    return {**own, "kid": thumbprint(key), "alg": ALGORITHM, "use": "sig", "iat": now.timestamp()}


def _text(key_sets: Mapping[str, Any]) -> str:
    return json.dumps(key_sets, indent=2) + "\n"


def write_file(path: Path, text: str, *, mode: int = 0o644) -> None:
    """Replaces the file: who reads it at the same time reads the old or the new one."""
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.service_keys", description=__doc__)
    parser.add_argument("--rotate", action="store_true", help="make new keys for all services")
    parser.add_argument("--withdraw", action="store_true", help="with new keys, refuse tokens of the former ones")
    given = parser.parse_args()
    older_than = timedelta() if given.rotate or given.withdraw else None
    folder = from_environment(MeshSettings).service_keys_dir
    made = make_keys(folder, SystemClock().now(), older_than=older_than, withdraw=given.withdraw)
    print(f"new keys in {folder}: {', '.join(made)}" if made else f"every service has a key in {folder}")


if __name__ == "__main__":
    main()
