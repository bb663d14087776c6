"""`python -m identity_svc`: the process."""

from __future__ import annotations

import sys

import uvloop
from pydantic import ValidationError

from chassis import telemetry
from chassis.grpc.server import serve
from identity_svc.adapters.key_encryption import KeyDecryptionFailed
from identity_svc.bootstrap import NAME, identity
from identity_svc.config import IdentitySettings


async def main(settings: IdentitySettings) -> None:
    exporters = telemetry.configure(settings, NAME)
    async with identity(settings) as service:
        await serve(service.server, background=[exporters, *service.background], grace_s=settings.drain_grace_s)


def run() -> int:
    """2 when the settings are refused."""
    try:
        uvloop.run(main(IdentitySettings()))
    except ValidationError as refusal:
        for error in refusal.errors():
            print(f"identity_svc does not start: {error['msg']}", file=sys.stderr)
        return 2
    except KeyDecryptionFailed as refusal:
        print(f"identity_svc does not start: {refusal}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(run())
