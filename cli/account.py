"""Signing in and out: register, login, logout, whoami."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from easyorder_client import messages as m

from cli import profiles
from cli.errors import NOT_ALLOWED, Fault
from cli.options import DEFAULT_PROFILE, AsJson, ProfileName
from cli.output import say, show_one
from cli.profiles import Profile
from foundation.addresses import is_loopback

Email = Annotated[str, typer.Argument(help="The address to sign in with.")]
Url = Annotated[str, typer.Option("--url", help="The shop, such as https://shop.example.com; kept in the profile.")]
CaFile = Annotated[Path | None, typer.Option("--ca-file", help="Authorities to trust, as PEM.")]


def login(
    email: Email, url: Url = "", ca_file: CaFile = None, profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False
) -> None:
    """Sign in; the password is asked for, or read from standard input. The session goes on until `logout`."""
    _use(profile, url, ca_file)
    with profiles.shop(profile) as shop:
        user = shop.login(email, _password())
    say(f"Signed in to {profiles.load(profile).url} as {user.email}")
    if as_json:
        show_one(user, {}, as_json=True)


def register(
    email: Email,
    name: Annotated[str, typer.Option("--name", help="What you are called.")],
    url: Url = "",
    ca_file: CaFile = None,
    profile: ProfileName = DEFAULT_PROFILE,
) -> None:
    """Register as a shopper, and sign in. The password is asked for, or read from standard input."""
    _use(profile, url, ca_file)
    password = _password(confirm=True)
    with profiles.shop(profile) as shop:
        shop.register(m.RegisterRequest(email=email, password=password, display_name=name))
        shop.login(email, password)
    say(f"Registered with {profiles.load(profile).url} and signed in as {email}")


def logout(profile: ProfileName = DEFAULT_PROFILE) -> None:
    """End the session."""
    with profiles.shop(profile) as shop:
        shop.logout()
    say("Signed out")


def whoami(profile: ProfileName = DEFAULT_PROFILE, as_json: AsJson = False) -> None:
    """Show who is signed in, and where."""
    if profiles.tokens_of(profile).load() is None:
        raise Fault("nobody is signed in. Sign in with: easyorder login", NOT_ALLOWED)
    with profiles.shop(profile) as shop:
        user = shop.get_user(m.GetUserRequest(id="me"))
    show_one(
        user,
        {
            "shop": lambda _: profiles.load(profile).url,
            "email": lambda user: user.email,
            "name": lambda user: user.display_name,
            "roles": lambda user: ", ".join(map(str, user.roles)),
            "id": lambda user: user.id,
        },
        as_json=as_json,
    )


def _use(name: str, url: str, ca_file: Path | None) -> None:
    """Keeps the address of the shop; who was signed in to another one is forgotten. Warns of a way that is not safe."""
    if url or ca_file:
        known = profiles.load(name)
        wanted = Profile(url or known.url, str(ca_file.absolute()) if ca_file else "")
        if wanted.url != known.url:
            profiles.tokens_of(name).save(None)
        profiles.save(name, wanted)
    shop = urlsplit(profiles.load(name).url)
    if shop.scheme == "http" and shop.hostname != "localhost" and not is_loopback(shop.hostname or ""):
        say(
            f"Warning: the password travels to {shop.hostname} unencrypted, for anybody on the way to read: use https://"
        )


def _password(*, confirm: bool = False) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=confirm))
    return sys.stdin.readline().rstrip("\n")
