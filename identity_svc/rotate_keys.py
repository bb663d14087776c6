"""`python -m identity_svc.rotate_keys` makes the next key that signs access tokens; nobody has to sign in again.

With `--withdraw`, because a key is known to others: tokens of all earlier keys are refused within 20 s.
"""

from __future__ import annotations

import argparse
import asyncio

from chassis.clock import SystemClock
from chassis.context import Caller, RequestContext, request_context
from chassis.db.engine import make_engine, make_sessions
from chassis.db.unit_of_work import sql_units_of_work
from chassis.mediator import Mediator
from chassis.settings import from_environment
from identity_svc.adapters.unit_of_work import SqlIdentityUow
from identity_svc.bootstrap import DATABASE, NAME, handle_keys
from identity_svc.commands.rotate_signing_key import RotateSigningKey
from identity_svc.commands.uow import IdentityUow
from identity_svc.config import IdentitySettings


async def rotate(settings: IdentitySettings, *, withdraw: bool) -> str:
    """One line that says what the new key is and from when on it signs."""
    engine = make_engine(settings.database_url(DATABASE), application_name="rotate_keys", pool_size=1)
    try:
        mediator: Mediator[IdentityUow] = Mediator(
            sql_units_of_work(SqlIdentityUow, make_sessions(engine)), service=NAME
        )
        handle_keys(mediator, SystemClock(), settings)
        with request_context(RequestContext(caller=Caller.service(NAME), method="rotate_keys")):
            made = await mediator.send(RotateSigningKey(withdraw=withdraw))
        assert made is not None
        return f"{made.public.kid} signs from {made.signs_from:%Y-%m-%d %H:%M:%S} UTC"
    finally:
        await engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m identity_svc.rotate_keys", description=__doc__)
    parser.add_argument("--withdraw", action="store_true", help="refuse the tokens of all earlier keys")
    print(asyncio.run(rotate(from_environment(IdentitySettings), withdraw=parser.parse_args().withdraw)))


if __name__ == "__main__":
    main()
