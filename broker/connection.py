"""A connection to RabbitMQ: every wait has a deadline, and whatever breaks it is Unavailable."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress

import aio_pika
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import (
    AMQPError,
    AuthenticationError,
    ChannelInvalidStateError,
    ChannelPreconditionFailed,
    ProbableAuthenticationError,
)
from aiormq.exceptions import ChannelAccessRefused
from pamqp.exceptions import PAMQPException
from pydantic import SecretStr

from chassis.errors import Unavailable

CONNECT_S = 10
# Also for a connection whose other end is gone without a word.
_HEARTBEAT_S, _CLOSE_S = 15, 2
# Waiting does not help: an operator has to change settings, or what others declared.
_MISCONFIGURED = (AuthenticationError, ProbableAuthenticationError, ChannelAccessRefused, ChannelPreconditionFailed)
# Whoever uses a connection logs what broke it.
logging.getLogger("aiormq").setLevel(logging.CRITICAL)
logging.getLogger("aio_pika").setLevel(logging.CRITICAL)
_FAILURES = (AMQPError, ChannelInvalidStateError, PAMQPException, OSError, TimeoutError)


@asynccontextmanager
async def open_channel(url: SecretStr, name: str, *, prefetch: int = 0) -> AsyncIterator[AbstractChannel]:
    """A channel with publisher confirms, on a connection of its own; at most `prefetch` messages come unacknowledged.

    `name` is what the broker shows of the connection. Raises Unavailable when the broker is, here or in the block.
    """
    with translated():
        connection = await aio_pika.connect(
            aio_pika.connection.make_url(url.get_secret_value(), heartbeat=_HEARTBEAT_S),
            client_properties={"connection_name": name},
            timeout=CONNECT_S,
        )
        try:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            if prefetch:
                await channel.set_qos(prefetch, timeout=CONNECT_S)
            yield channel
        finally:
            with suppress(*_FAILURES):
                async with asyncio.timeout(_CLOSE_S):
                    await connection.close()


@contextmanager
def translated() -> Iterator[None]:
    """Translates failures of the broker to Unavailable; those that an operator has to mend pass unchanged."""
    try:
        yield
    except _MISCONFIGURED:
        raise
    except _FAILURES as error:
        raise Unavailable(f"the broker does not answer: {type(error).__name__}") from error
