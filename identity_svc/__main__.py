"""`python -m identity_svc`: starts the process."""

from __future__ import annotations

import sys

import uvloop

from chassis import logs
from chassis.grpc.server import serve
from chassis.settings import from_environment
from identity_svc.adapters.key_encryption import KeyDecryptionFailed
from identity_svc.bootstrap import NAME, identity
from identity_svc.config import IdentitySettings


async def main(settings: IdentitySettings) -> None:
    logs.configure(settings, NAME)
    async with identity(settings) as server:
        await serve(server, settings)


if __name__ == "__main__":
    try:
        uvloop.run(main(from_environment(IdentitySettings)))
    except KeyDecryptionFailed as refusal:
        sys.exit(f"identity_svc does not start: {refusal}")
