"""RabbitMQ for tests: a broker of their own, on loopback, with its data in a folder that goes away."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError, ChannelNotFoundEntity
from pydantic import SecretStr

from broker.topology import DEAD_LETTERS, EXCHANGE, STREAM
from deploy.local.certificates import Authority
from inventory_svc.adapters.broker_consumer import QUEUE
from tests.folders import data_folder
from tests.polling import eventually

# The script in the PATH changes the user; this one is what it runs.
_PROGRAM = "/usr/lib/rabbitmq/bin/rabbitmq-server"
# The runtime of Erlang takes seconds to start, on a busy machine many.
_STARTED_S = 60


class RabbitMq:
    """A broker, with and without TLS: start it, kill it, start it again with the same data."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port, self.tls_port, self._distribution_port, self._epmd_port = free_ports(4)
        self.url = SecretStr(f"amqp://guest:guest@127.0.0.1:{self.port}/")
        self.ca_file = folder / "tls/ca.pem"
        Authority(folder / "tls", ["localhost"], life=timedelta(days=1)).issue(datetime.now(UTC))
        certificate = folder / "tls/localhost.pem"
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\nlisteners.ssl.1 = 127.0.0.1:{self.tls_port}\n"
            f"ssl_options.cacertfile = {self.ca_file}\nssl_options.certfile = {certificate}\n"
            f"ssl_options.keyfile = {certificate}\n",
            encoding="utf-8",
        )
        (folder / "plugins").write_text("[].", encoding="utf-8")
        self._environment = os.environ | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"easyorder-{self.port}@localhost",
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            # One scheduler that sleeps when there is nothing to do: by default, each core spins for tests to come.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 1:1 +sbwt none +sbwtdcpu none +sbwtdio none",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Starts it, and does not wait."""
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [_PROGRAM], env=self._environment, stdout=output, stderr=output, start_new_session=True
            )

    async def start(self) -> None:
        self.launch()
        await eventually(self.answers, timeout_s=_STARTED_S)

    def kill(self) -> None:
        """kill -9, of all of its processes."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """With the daemon that its first process has started."""
        self.kill()
        subprocess.run(["epmd", "-kill"], env=self._environment, check=False, capture_output=True)

    async def answers(self) -> bool:
        try:
            connection = await aio_pika.connect(self.url.get_secret_value(), timeout=5)
        except (AMQPError, OSError, TimeoutError):
            return False
        await connection.close()
        return True

    async def has(self, queue: str) -> bool:
        """Whether somebody has declared it."""
        connection = await aio_pika.connect(self.url.get_secret_value())
        async with connection:
            try:
                await (await connection.channel()).get_queue(queue)
            except ChannelNotFoundEntity:
                return False
            return True

    async def ready(self) -> RabbitMq:
        """Waits until it has started, and deletes what tests have declared."""
        await eventually(self.answers, timeout_s=_STARTED_S)
        connection = await aio_pika.connect(self.url.get_secret_value())
        async with connection, connection.channel() as channel:
            for queue in (STREAM, DEAD_LETTERS, QUEUE):
                await channel.queue_delete(queue)
            for exchange in (EXCHANGE, DEAD_LETTERS):
                await channel.exchange_delete(exchange)
        return self


async def all_of(channel: AbstractChannel, queue: str, count: int) -> list[AbstractIncomingMessage]:
    """The first messages of a stream."""
    arrived: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await channel.set_qos(100)
    stream = await channel.get_queue(queue)
    await stream.consume(arrived.put, arguments={"x-stream-offset": "first"})
    messages: list[AbstractIncomingMessage] = []
    async with asyncio.timeout(20):
        while len(messages) < count:
            messages.append(await arrived.get())
            await messages[-1].ack()
    return messages


def free_ports(count: int) -> list[int]:
    """Below those of outgoing connections, which would take them while the broker is down."""
    found: list[int] = []
    for port in range(20_000 + os.getpid() % 10_000, 32_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            found.append(port)
        if len(found) == count:
            return found
    raise AssertionError("there are no free ports")


def is_installed() -> bool:
    return Path(_PROGRAM).exists() and shutil.which("epmd") is not None


@contextmanager
def a_broker() -> Iterator[RabbitMq]:
    """A broker for the block; skips the test where there is no RabbitMQ."""
    if not is_installed():
        pytest.skip("needs RabbitMQ: apt-get install rabbitmq-server")
    with data_folder() as folder:
        broker = RabbitMq(folder)
        broker.launch()
        try:
            yield broker
        finally:
            broker.stop()
