"""Profiles: the shops that somebody uses, each with its address and whoever is signed in there."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from easyorder_client import Client, EasyOrderError, FileTokenStore, RetryPolicy

from cli.errors import USAGE, Fault, exit_code_of, line_of

# Somebody waits at a terminal: about three seconds.
_RETRIES = RetryPolicy(max_attempts=6)


@dataclass(frozen=True, slots=True)
class Profile:
    """A shop: its address, and the file with the authorities to trust, if not the usual ones."""

    url: str
    ca_file: str = ""


def load(name: str) -> Profile:
    """The profile, or one of the shop on this machine if it was never used. Raises Fault."""
    file = _folder(name) / "profile.json"
    try:
        return Profile(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return Profile(f"http://127.0.0.1:{os.environ.get('EASYORDER_HTTP_PORT') or 8080}")
    except (ValueError, TypeError) as error:
        raise Fault(f"{file} cannot be read ({error}): remove it, and sign in again") from error


def save(name: str, profile: Profile) -> None:
    file = _folder(name) / "profile.json"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.write_text(json.dumps(asdict(profile)), encoding="utf-8")


def tokens_of(name: str) -> FileTokenStore:
    return FileTokenStore(_folder(name) / "tokens.json")


@contextmanager
def shop(name: str, *, patient: bool = False) -> Iterator[Client]:
    """A client of the profile's shop; a `patient` one waits for a shop that restarts."""
    profile = load(name)
    retries = RetryPolicy() if patient else _RETRIES
    try:
        client = Client(profile.url, ca_file=profile.ca_file or None, tokens=tokens_of(name), retries=retries)
    except ValueError as error:
        raise Fault(str(error), USAGE) from error
    try:
        with client:
            yield client
    except EasyOrderError as error:
        raise Fault(line_of(error, profile.url), exit_code_of(error)) from error


def _folder(name: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise Fault(f"{name} is no name of a profile: letters, digits, dots, dashes and underscores", USAGE)
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "easyorder" / name
